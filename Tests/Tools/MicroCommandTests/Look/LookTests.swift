// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestServers
import TestSupport
import Testing

/// The commands that inspect a registry, as child processes, with two greeters on Consul.
@Suite(.requiresConsul, .consul, .serialized, .timeLimit(.minutes(3))) struct LookTests {
    private func system() async throws -> TestSystem {
        let consul = try #require(ConsulServer.current)
        return try await TestSystem.start([
            "MICRO_REGISTRY": "consul", "MICRO_REGISTRY_ADDRESS": consul.address,
            "MICRO_SERVER_ADDRESS": "127.0.0.1:0",
        ])
    }

    @Test func servicesAreListedInGoMicrosForm() async throws {
        let system = try await system()
        let list = try await system.micro("list", "services")
        #expect(list.text == "greeter\n" && list.status == 0)
        let get = try await system.micro("get", "service", "greeter")
        let node = "greeter-ID\t127.0.0.1\tPORT\tbroker=http,protocol=mucp,registry=consul,server=rpc,transport=http"
        #expect(
            normalized(get.text) == """
                service  greeter

                version 1.0

                Id\tAddress\tPort\tMetadata
                \(node)

                version 1.1

                Id\tAddress\tPort\tMetadata
                \(node)

                Endpoint: Greeter.Hello
                Metadata: stream=false

                Request: {
                \tname string
                }

                Response: {
                \tgreeting string
                \tprocess int32
                }

                """)
        let services = try await system.micro("services")
        #expect(services.text == "NAME\tVERSIONS\tNODES\tENDPOINTS\ngreeter\t1.0,1.1\t2\t1\n")
        await system.end()
        #expect(try await system.micro("list", "services").text.isEmpty)
    }

    @Test func describeShowsAgesAndARequestToStartFrom() async throws {
        let system = try await system()
        let text = try await system.micro("describe", "greeter")
        #expect(text.text.contains("micro call greeter Greeter.Hello '{\"name\":\"\"}'"), "\(text.text)")
        let json = try await system.micro("describe", "greeter", "--output", "json")
        let versions = try #require(
            try JSONSerialization.jsonObject(with: Data(json.text.utf8)) as? [[String: Any]])
        #expect(versions.compactMap { $0["version"] as? String } == ["1.0", "1.1"])
        let node = (versions.first?["nodes"] as? [[String: Any]])?.first
        #expect(node?["ageSeconds"] is Int, "\(json.text)")
        let unknown = try await system.micro("describe", "greeter", "Greeter.Nope")
        #expect(unknown.status == 3 && unknown.text.contains("it has Greeter.Hello"), "\(unknown.text)")
        await system.end()
    }

    @Test func watchShowsNodesThatComeAndGo() async throws {
        let system = try await system()
        let watch = try system.start("watch", "greeter")
        #expect(await eventually { watch.text.components(separatedBy: " create greeter ").count == 3 }, "\(watch.text)")
        await system.endGreeter(0)
        #expect(await eventually { watch.text.contains(" delete greeter 1.0 ") }, "\(watch.text)")
        watch.send(SIGINT)
        #expect(await watch.exitStatus() == 0)
        await system.end()
    }

    @Test func registeredServiceIsKeptAliveUntilInterrupted() async throws {
        let consul = try #require(ConsulServer.current)
        let system = try await TestSystem.start(
            greeters: 0, ["MICRO_REGISTRY": "consul", "MICRO_REGISTRY_ADDRESS": consul.address])
        let register = try system.start(
            "register", "service", "--ttl", "10s",
            #"{"name":"foreign","version":"1","nodes":[{"id":"f1","address":"10.0.0.5","port":80}]}"#)
        #expect(await eventually { register.text.hasPrefix("ok\n") }, "\(register.text)")
        #expect(try await system.micro("list", "services").text == "foreign\n")
        register.send(SIGINT)
        #expect(await register.exitStatus() == 0)
        #expect(try await system.micro("list", "services").text.isEmpty)
    }

    @Test func registrationAndDeregistrationWriteJSON() async throws {
        let consul = try #require(ConsulServer.current)
        let system = try await TestSystem.start(
            greeters: 0, ["MICRO_REGISTRY": "consul", "MICRO_REGISTRY_ADDRESS": consul.address])
        let definition = #"{"name":"foreign","version":"1","nodes":[{"id":"f1","address":"10.0.0.5","port":80}]}"#
        let register = try await system.micro("register", "service", definition, "--once", "-o", "json")
        #expect(register.text == #"{"nodes":["f1"],"service":"foreign","status":"registered"}"# + "\n")
        let deregister = try await system.micro("deregister", "service", definition, "-o", "json")
        #expect(deregister.text == #"{"nodes":["f1"],"service":"foreign","status":"deregistered"}"# + "\n")
    }

    /// The text of a registry cannot move the cursor or reorder the line.
    @Test func hostileMetadataIsEscaped() async throws {
        let consul = try #require(ConsulServer.current)
        let system = try await TestSystem.start(
            greeters: 0, ["MICRO_REGISTRY": "consul", "MICRO_REGISTRY_ADDRESS": consul.address])
        let long = String(repeating: "x", count: 100_000)
        let definition = """
            {"name":"hostile","version":"1","nodes":[{"id":"h1","address":"10.0.0.5","port":80,\
            "metadata":{"a":"\\u001b[31mred\\u0007","b":"\\u202egnol","c":"\(long)"}}]}
            """
        let file = try TemporaryFile(definition)
        #expect(try await system.micro("register", "service", "--once", "@\(file.path)").text == "ok\n")
        for arguments in [
            ["get", "service"], ["describe"], ["describe", "-o", "json"], ["get", "service", "-o", "json"],
        ] {
            let result = try await MicroTool.run(
                MicroTool.path, arguments + ["hostile"], environment: system.environment)
            #expect(result.status == 0)
            #expect(!result.text.contains("\u{1B}") && !result.text.contains("\u{202E}"), "\(result.text.prefix(300))")
            #expect(!result.text.contains("\u{7}"))
        }
        #expect(try await system.micro("get", "service", "hostile").text.utf8.count < 10_000)
        #expect(try await system.micro("deregister", "service", "@\(file.path)").text == "ok\n")
    }

    @Test func doctorNamesWhatIsWrong() async throws {
        let system = try await system()
        let good = try await system.micro("doctor")
        #expect(good.status == 0 && good.text.contains("consul 1."), "\(good.text)")
        let bad = try await system.micro("doctor", "--registry-address", "127.0.0.1:1")
        #expect(bad.status == 4 && bad.text.contains("MICRO_REGISTRY_ADDRESS"), "\(bad.text)")
        let other = try await system.micro("doctor", "--transport", "memory", "--output", "json")
        #expect(other.text.contains("2 nodes use http"), "\(other.text)")
        await system.end()
    }

    @Test func unknownServiceExitsWithThree() async throws {
        let system = try await system()
        for arguments in [
            ["get", "service", "nope"], ["describe", "nope"], ["health", "nope"], ["call", "nope", "A.B"],
        ] {
            let result = try await MicroTool.run(MicroTool.path, arguments, environment: system.environment)
            #expect(result.status == 3, "\(arguments) \(result.text)")
            #expect(result.text.split(separator: "\n").count == 1, "\(result.text)")
        }
        await system.end()
    }
}

/// The same commands on etcd.
@Suite(.requiresEtcd, .etcd, .serialized, .timeLimit(.minutes(2))) struct EtcdLookTests {
    @Test func servicesAreFoundAndCalled() async throws {
        let etcd = try #require(EtcdServer.current)
        let system = try await TestSystem.start([
            "MICRO_REGISTRY": "etcd", "MICRO_REGISTRY_ADDRESS": etcd.address, "MICRO_SERVER_ADDRESS": "127.0.0.1:0",
        ])
        #expect(try await system.micro("list", "services").text == "greeter\n")
        let call = try await system.micro("greeter", "hello", "--name=John")
        #expect(normalized(call.text).contains("\"greeting\": \"Hello John\""), "\(call.text)")
        #expect(try await system.micro("doctor").text.contains("etcd 3."))
        await system.end()
    }
}
