-- What a `wrk` sends: a call by the fields that every client of a service can write.
wrk.method = "POST"
wrk.body = '{"text":"xxxxxxxxxxxxxxxxxxxx"}'
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Micro-Service"] = "echo"
wrk.headers["Micro-Endpoint"] = "Echo.Echo"
wrk.headers["X-Tenant"] = "bench"

-- CHECK verifies every response, which costs time: a service also reports errors with status 200.
if os.getenv("CHECK") then
   function response(status, headers, body)
      if status ~= 200 or not body:find("xxxxxxxxxxxxxxxxxxxx", 1, true) then
         print("wrong answer: " .. status .. " " .. (headers["Micro-Error"] or "") .. body)
         os.exit(1)
      end
   end
end
