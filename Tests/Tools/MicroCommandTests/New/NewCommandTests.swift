// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestServers
import TestSupport
import Testing

@testable import MicroCommand

@Suite struct NewCommandTests {
    @Test(arguments: [
        ("greeter", "Greeter"), ("user-store", "UserStore"), ("go.micro.srv.x", "GoMicroSrvX"),
        ("metrics", "Metrics"), ("swift", "Swift"),
    ])
    func typeNameIsDerivedFromTheName(_ name: String, _ typeName: String) {
        let template = ServiceTemplate(name: name, kind: .service, package: "..", registry: "consul", broker: "http")
        #expect(template.typeName == typeName)
    }

    /// Only names with a suffix are names of modules, so that no service collides with a module of a dependency.
    @Test(arguments: ["metrics", "logging", "Swift", "micro", "foundation"])
    func modulesOfThePackageHaveASuffix(_ name: String) throws {
        let template = ServiceTemplate(name: name, kind: .service, package: "..", registry: "consul", broker: "http")
        let manifest = try #require(template.files.first { $0.path == "Package.swift" }).text
        let targets = manifest.matches(of: #/arget\(\s*name: "([^"]*)"/#).map { String($0.output.1) }
        let typeName = template.typeName
        #expect(targets == ["\(typeName)Handlers", "\(typeName)Server", "\(typeName)Tests"])
    }

    @Test func containerFilesNeedAPackageAtAURL() {
        func paths(_ package: String) -> Set<String> {
            let template = ServiceTemplate(
                name: "shop", kind: .service, package: package, registry: "consul", broker: "http")
            return Set(template.files.map(\.path))
        }
        let additions = paths("https://example.com/swift-micro.git").subtracting(paths("../swift-micro"))
        #expect(additions == ["Dockerfile", "compose.yml", ".dockerignore", ".github/workflows/ci.yml"])
    }

    @Test func composeFileStartsTheServersAndSelectsThem() throws {
        let template = ServiceTemplate(
            name: "Shop", kind: .service, package: "https://example.com/swift-micro.git", registry: "etcd",
            broker: "rabbitmq")
        let compose = try #require(template.files.first { $0.path == "compose.yml" }).text
        #expect(
            compose == """
                services:
                  etcd:
                    image: quay.io/coreos/etcd:v3.6.5
                    command: etcd --listen-client-urls http://0.0.0.0:2379 --advertise-client-urls http://etcd:2379
                  rabbitmq:
                    image: rabbitmq:4.2-alpine
                    environment:
                      RABBITMQ_DEFAULT_USER: micro
                      RABBITMQ_DEFAULT_PASS: change-me
                  shop:
                    build: .
                    environment:
                      MICRO_SERVER_ADDRESS: ":8080"
                      MICRO_REGISTRY: etcd
                      MICRO_REGISTRY_ADDRESS: etcd:2379
                      MICRO_BROKER: rabbitmq
                      MICRO_BROKER_ADDRESS: amqp://rabbitmq:5672
                      RABBITMQ_USER: micro
                      RABBITMQ_PASSWORD: change-me
                    depends_on: [etcd, rabbitmq]

                """)
    }

    @Test func serversWithoutAComposeFileAreRefused() async throws {
        let registry = try await MicroTool.run(MicroTool.path, ["new", "shop", "--registry", "kubernetes"])
        #expect(registry.status == 2 && registry.text.contains("choose consul or etcd"), "\(registry.text)")
        let broker = try await MicroTool.run(MicroTool.path, ["new", "shop", "--broker", "kafka"])
        #expect(broker.status == 2 && broker.text.contains("choose http, nats or rabbitmq"), "\(broker.text)")
    }

    @Test func createdFilesAreListedAsJSON() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("new-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let script = "cd \(folder.path) && \(MicroTool.path) new shop -o json 2>/dev/null"
        let result = try await MicroTool.run("/bin/sh", ["-c", script])
        let object = try JSONSerialization.jsonObject(with: Data(result.text.utf8)) as? [String: Any]
        let files = try #require(object?["files"] as? [String])
        #expect(object?["name"] as? String == "shop" && files.contains("shop/Package.swift"), "\(result.text)")
        #expect(files.allSatisfy { FileManager.default.fileExists(atPath: "\(folder.path)/\($0)") })
    }

    @Test func existingFolderAndInvalidNameAreRefused() async throws {
        let existing = try await MicroTool.run(MicroTool.path, ["new", "Tests"])
        #expect(existing.status == 1 && existing.text.contains("exists already"), "\(existing.text)")
        for name in ["../x", "1st", "swift-micro", "größe"] {
            let invalid = try await MicroTool.run(MicroTool.path, ["new", name])
            #expect(invalid.status == 2, "\(invalid.text)")
        }
        let digit = try await MicroTool.run(MicroTool.path, ["new", "1st"])
        #expect(digit.text.contains("begin with a letter") && digit.text.contains("ASCII"), "\(digit.text)")
    }
}

/// Builds and tests a new package of every kind, which takes minutes.
@Suite(.faultRun, .blocking, .timeLimit(.minutes(60))) struct NewPackageFaultTests {
    /// All packages use the build folder of the package that `micro run` builds, so that the toolkit is built once. The builds
    /// have a low priority, because other tests measure deadlines meanwhile.
    @Test func newPackagesBuildAndPassTheirTests() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("new-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let root = FileManager.default.currentDirectoryPath
        let webPackage = folder.appendingPathComponent("web/shop").path
        for kind in [.web] + ServiceTemplate.Kind.allCases.filter({ $0 != .web }) {
            let parent = folder.appendingPathComponent(kind.rawValue)
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            let script = """
                cd \(parent.path) && \(MicroTool.path) new shop --type \(kind.rawValue) --package \(root) \
                && cd shop && nice swift test --scratch-path \(webPackage)/.build 2>&1
                """
            let child = try ChildProcess("/bin/sh", ["-c", script])
            #expect(await child.exitStatus(within: .seconds(2400)) == 0, "\(kind): \(child.text.suffix(3000))")
            if kind == .web { try await Self.expectPage(of: webPackage) }
        }
    }

    /// Runs a package of the kind `web`, and a gateway that serves its page.
    private static func expectPage(of package: String) async throws {
        let run = try ChildProcess(MicroTool.path, ["run", "--env", "MICRO_SERVER_NAME=go.micro.api.shop", package])
        let isRunning = await eventually(within: .seconds(1200)) { run.text.contains("service registered") }
        try #require(isRunning, "\(run.text.suffix(3000))")
        let registry = try #require(run.text.firstMatch(of: /MICRO_REGISTRY_ADDRESS=(\S+)/)).output.1
        let port = try Machine.freePorts(1)[0]
        let gateway = try ChildProcess(
            MicroTool.path, ["api", "--address=127.0.0.1:\(port)"],
            environment: ["MICRO_REGISTRY": "consul", "MICRO_REGISTRY_ADDRESS": String(registry)])
        let request = "GET /shop?title=%3Cb%3E HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        var page: RawHTTPResponse?
        // The gateway needs a moment to listen, and to find the service.
        _ = await eventually(within: .seconds(60)) {
            page = try? RawHTTPResponse.exchange(request, port: port)
            return page?.status == 200
        }
        #expect(page?.body.contains("<h1>&lt;b></h1>") == true, "\(gateway.text.suffix(3000))")
        #expect(page?.headers["content-type"] == "text/html; charset=utf-8")
        for process in [gateway, run] {
            process.send(SIGINT)
            #expect(await process.exitStatus() == 0, "\(process.text.suffix(3000))")
        }
    }
}
