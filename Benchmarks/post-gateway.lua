-- What a `wrk` sends through a gateway: JSON for the endpoint in the path.
wrk.method = "POST"
wrk.body = '{"text":"xxxxxxxxxxxxxxxxxxxx"}'
wrk.headers["Content-Type"] = "application/json"

-- CHECK verifies every response, which costs time.
if os.getenv("CHECK") then
   function response(status, headers, body)
      if status ~= 200 or not body:find("xxxxxxxxxxxxxxxxxxxx", 1, true) then
         print("wrong answer: " .. status .. " " .. body)
         os.exit(1)
      end
   end
end
