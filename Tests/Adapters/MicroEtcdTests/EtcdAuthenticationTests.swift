// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroEtcd
import TestServers
import TestSupport
import Testing

/// A real etcd with authentication.
@Suite(.requiresLocalEtcd, .serialized, .timeLimit(.minutes(2))) struct EtcdAuthenticationTests {
    private let name = uniqueName()

    private func login(_ server: EtcdServer, user: String, _ password: String) -> EtcdConfiguration {
        makeConfiguration(server.address) {
            $0.user = user
            $0.password = Secret(password)
        }
    }

    @Test func accessRequiresCredentialsAndRole() async throws {
        try await withServer(.init(rootPassword: "hunter2")) { server in
            try await server.addRole("reader", .read, prefix: "/micro/registry/")
            try await server.addUser("joe", password: "hunter3", roles: ["reader"])
            try await server.addUser("nobody", password: "hunter4")
            let log = LogRecorder()
            try await withEtcd(login(server, user: "root", "hunter2"), log: log) { root in
                try await root.register(record(name), timeToLive: .seconds(30))
                let latest = RegistryStateRecorder(try root.watch(nil))
                #expect(await eventually { latest.value?[name] == [record(name)] })

                try await withEtcd(login(server, user: "joe", "hunter3"), log: log) { joe async throws in
                    #expect(try await joe.lookUp(name) == [record(name)])
                    let latest = RegistryStateRecorder(try joe.watch(name))
                    #expect(await eventually { latest.value?[name] == [record(name)] })
                    let code = await errorCode { try await joe.register(record(name, node: "b"), timeToLive: nil) }
                    #expect(code == .permissionDenied)
                }
                for (user, password, code) in [
                    ("nobody", "hunter4", MicroError.Code.permissionDenied), ("root", "hunter3", .unauthenticated),
                    ("who", "hunter2", .unauthenticated), (nil, nil, .unauthenticated),
                ] {
                    let configuration = makeConfiguration(server.address) {
                        $0.user = user
                        $0.password = password.map { Secret($0) }
                    }
                    try await withEtcd(configuration, log: log) { registry in
                        let error = try await #require(throws: MicroError.self) { try await registry.lookUp(name) }
                        #expect(error.code == code && !"\(error)".contains("hunter"), "\(error)")
                        let latest = RegistryStateRecorder(try registry.watch(name))
                        #expect(await eventually { latest.cause?.code == code })
                    }
                }
                try await root.deregister(record(name))
            }
            #expect(!log.has("hunter"))
        }
    }

    /// etcd loses its tokens at a restart.
    @Test func invalidatedTokenIsRenewed() async throws {
        try await withServer(.init(rootPassword: "hunter2")) { server in
            try await withEtcd(login(server, user: "root", "hunter2")) { registry in
                try await registry.register(record(name), timeToLive: .seconds(30))
                try await server.restart()
                #expect(try await !registry.register(record(name), timeToLive: .seconds(30)).created)
                #expect(try await registry.lookUp(name) == [record(name)])
            }
        }
    }
}
