module goleak/probe

go 1.21
