module payments-svc

go 1.21

require goleak/probe v0.0.0

replace goleak/probe => ../../../probe
