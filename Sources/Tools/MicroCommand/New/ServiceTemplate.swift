// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MicroCore

/// The files of a new package.
struct ServiceTemplate {
    /// What the service is for.
    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case service
        case api
        case web
        case events
    }

    /// The name of the service.
    let name: String
    let kind: Kind
    /// A folder or a URL.
    let package: String
    /// The registry in the compose file, one of ``ComposeServer/registries``.
    let registry: String
    /// The broker in the compose file, one of ``ComposeServer/brokers``, or `http`, which needs no server.
    let broker: String

    /// The name in Swift: `user-store` becomes `UserStore`.
    var typeName: String {
        name.split { !$0.isLetter && !$0.isNumber }.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    /// The name of the program and its module. The names of all modules have a suffix: a service may be called like a module
    /// that the package depends on, such as metrics.
    var programName: String { typeName + "Server" }

    /// Whether there are files for containers and CI, which have no access to a package at a path.
    var hasContainerFiles: Bool { isURL }

    /// All files, with their paths in the package.
    var files: [(path: String, text: String)] {
        let containerFiles = [
            ("Dockerfile", dockerfile), ("compose.yml", compose), (".dockerignore", ".build/\n.git/\n"),
            (".github/workflows/ci.yml", workflow),
        ]
        return [
            ("Package.swift", packageManifest), ("Sources/\(programName)/Main.swift", main),
            ("Sources/\(typeName)Handlers/\(typeName)Service.swift", handlers),
            ("Tests/\(typeName)Tests/\(typeName)Tests.swift", tests), ("README.md", readme),
            (".gitignore", ".build/\n"),
        ] + (hasContainerFiles ? containerFiles : [])
    }

    private var isURL: Bool { package.contains("://") || package.hasPrefix("git@") }

    private var packageManifest: String {
        let dependency =
            isURL
            ? "url: \"\(package)\", from: \"\(SwiftMicro.version)\"" : "name: \"swift-micro\", path: \"\(package)\""
        return """
            // swift-tools-version: 6.2
            import PackageDescription

            let package = Package(
                name: "\(name)",
                platforms: [.macOS(.v15)],
                dependencies: [.package(\(dependency))],
                targets: [
                    .target(
                        name: "\(typeName)Handlers", dependencies: [.product(name: "Micro", package: "swift-micro")]),
                    .executableTarget(
                        name: "\(programName)",
                        dependencies: [
                            "\(typeName)Handlers", .product(name: "Micro", package: "swift-micro"),
                            .product(name: "MicroBackends", package: "swift-micro"),
                        ]),
                    .testTarget(
                        name: "\(typeName)Tests",
                        dependencies: [
                            "\(typeName)Handlers", .product(name: "Micro", package: "swift-micro"),
                            .product(name: "MicroTesting", package: "swift-micro"),
                        ]),
                ]
            )

            """
    }

    private var main: String {
        """
        import \(typeName)Handlers
        import Micro
        import MicroBackends

        /// Runs the service until SIGTERM or SIGINT. MICRO_REGISTRY, MICRO_BROKER and MICRO_TRANSPORT select the adapters.
        @main struct Main {
            static func main() async {
                await Microservice.main {
                    try LogConfiguration.environment().bootstrap()    // MICRO_LOG_LEVEL, MICRO_LOG_FORMAT=json
                    let service = try Microservice("\(name)", backends: .environment)
                    \(typeName)Service.addHandlers(to: service)
                    try await service.runService()
                }
            }
        }

        """
    }

    private var dockerfile: String {
        """
        FROM swift:6.2-bookworm AS build
        RUN apt-get update && apt-get install -y --no-install-recommends libcurl4-openssl-dev zlib1g-dev
        WORKDIR /package
        COPY . .
        RUN swift build -c release --static-swift-stdlib && cp "$(swift build -c release --show-bin-path)/\(programName)" /service

        FROM debian:bookworm-slim
        RUN apt-get update && apt-get install -y --no-install-recommends libcurl4 ca-certificates \\
            && rm -rf /var/lib/apt/lists/* && useradd --system --uid 10001 service
        COPY --from=build /service /usr/local/bin/service
        USER 10001
        ENTRYPOINT ["/usr/local/bin/service"]

        """
    }

    private var compose: String {
        let servers = [registry, broker].compactMap { ComposeServer(rawValue: $0) }
        let settings = servers.flatMap(\.settings).map { "      \($0.name): \($0.value)\n" }.joined()
        return "services:\n" + servers.map(\.definition).joined()
            + "  \(name.lowercased()):\n    build: .\n    environment:\n      MICRO_SERVER_ADDRESS: \":8080\"\n"
            + settings
            + "    depends_on: [\(servers.map(\.rawValue).joined(separator: ", "))]\n"
    }

    private var readme: String {
        """
        # \(name)

        A service built with swift-micro.

        ```sh
        swift test                                   # the tests need no server
        swift run                                    # one process, registry in memory
        MICRO_REGISTRY=\(registry) swift run            # with \(registry)
        \(hasContainerFiles ? "docker compose up --build                    # the service and its servers in containers\n" : "")```
        \(hasContainerFiles ? "" : Self.pathNote)

        `micro describe \(name)` shows its endpoints, with requests to start from.
        \(kind == .web ? pageNote : "")
        """
    }

    private var pageNote: String {
        """

        A gateway serves the page to browsers, as `GET /\(name)`. It serves only the services of its namespace, `go.micro.api` by default:

        ```sh
        micro run --env MICRO_SERVER_NAME=go.micro.api.\(name) .    # prints the settings of its registry
        MICRO_REGISTRY=… MICRO_REGISTRY_ADDRESS=… micro api --address=127.0.0.1:8080
        curl http://127.0.0.1:8080/\(name)?title=Hello
        ```

        """
    }

    private static let pathNote = """

        swift-micro is a folder on this machine, which a container and CI do not have: for a Dockerfile, a compose file and a workflow,
        create the package with `micro new --package URL`.

        """

    private var workflow: String {
        """
        name: CI
        on: [push, pull_request]
        jobs:
          test:
            runs-on: ubuntu-latest
            container: swift:6.2-bookworm
            steps:
              - uses: actions/checkout@v4
              - run: apt-get update && apt-get install -y libcurl4-openssl-dev zlib1g-dev
              - run: swift test

        """
    }
}
