-- What a `wrk` sends: a call by the fields that every client of a service can write.
wrk.method = "POST"
wrk.body = '{"text":"xxxxxxxxxxxxxxxxxxxx"}'
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Micro-Service"] = "echo"
wrk.headers["Micro-Endpoint"] = "Echo.Echo"
