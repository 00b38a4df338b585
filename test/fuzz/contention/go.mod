module goleak.example/contention

go 1.22
