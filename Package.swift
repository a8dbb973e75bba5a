// swift-tools-version: 6.2
// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
    .treatWarning("DeprecatedDeclaration", as: .warning),
]

let collections = Target.Dependency.product(name: "HashTreeCollections", package: "swift-collections")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let metricsTestKit = Target.Dependency.product(name: "MetricsTestKit", package: "swift-metrics")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdHTTP2 = Target.Dependency.product(name: "HummingbirdHTTP2", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHPACK = Target.Dependency.product(name: "NIOHPACK", package: "swift-nio-http2")
let nioHTTP2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioFoundation = Target.Dependency.product(name: "NIOFoundationEssentialsCompat", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypesHTTP1 = Target.Dependency.product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let nioWebSocket = Target.Dependency.product(name: "NIOWebSocket", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let jwtKit = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let protobufPlugin = Target.Dependency.product(name: "SwiftProtobufPluginLibrary", package: "swift-protobuf")
let protobufGenerator = Target.Dependency.product(name: "protoc-gen-swift", package: "swift-protobuf")
let tracing = Target.Dependency.product(name: "Tracing", package: "swift-distributed-tracing")
let instrumentation = Target.Dependency.product(name: "Instrumentation", package: "swift-distributed-tracing")
let tracingTestKit = Target.Dependency.product(name: "InMemoryTracing", package: "swift-distributed-tracing")
let serviceContext = Target.Dependency.product(name: "ServiceContextModule", package: "swift-service-context")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

/// The folders of `Sources`, one per role. `scripts/check-layers` says which may import which.
enum Folder: String {
    case system = "System"
    case core = "Core"
    case support = "Support"
    case adapters = "Adapters"
    case service = "Service"
    case conformance = "Conformance"
    case toolkit = "Toolkit"
    case tools = "Tools"
    case examples = "Examples"
}

func systemLibrary(_ name: String, pkgConfig: String, debianPackage: String) -> Target {
    .systemLibrary(
        name: name, path: "Sources/System/\(name)", pkgConfig: pkgConfig, providers: [.apt([debianPackage])])
}

func module(_ name: String, in folder: Folder, _ dependencies: [Target.Dependency]) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Sources/\(folder.rawValue)/\(name)", swiftSettings: settings)
}

func example(_ name: String, path: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies + [argumentParser, logging], path: "Examples/\(path)",
        swiftSettings: settings)
}

func tests(
    _ name: String, in folder: Folder, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["TestSupport", "TestServers"],
        path: "Tests/\(folder.rawValue)/\(name)", exclude: exclude, swiftSettings: settings)
}

let package = Package(
    name: "swift-micro",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Micro", targets: ["Micro"]),
        .library(name: "MicroBackends", targets: ["MicroBackends"]),
        .library(name: "MicroConformance", targets: ["MicroConformance"]),
        .library(name: "MicroConformanceTesting", targets: ["MicroConformanceTesting"]),
        .library(name: "MicroConsul", targets: ["MicroConsul"]),
        .library(name: "MicroCore", targets: ["MicroCore"]),
        .library(name: "MicroEdge", targets: ["MicroEdge"]),
        .library(name: "MicroEtcd", targets: ["MicroEtcd"]),
        .library(name: "MicroGateway", targets: ["MicroGateway"]),
        .library(name: "MicroHTTP", targets: ["MicroHTTP"]),
        .library(name: "MicroJWT", targets: ["MicroJWT"]),
        .library(name: "MicroKubernetes", targets: ["MicroKubernetes"]),
        .library(name: "MicroMemory", targets: ["MicroMemory"]),
        .library(name: "MicroNATS", targets: ["MicroNATS"]),
        .library(name: "MicroProtobuf", targets: ["MicroProtobuf"]),
        .library(name: "MicroRabbitMQ", targets: ["MicroRabbitMQ"]),
        .library(name: "MicroSidecar", targets: ["MicroSidecar"]),
        .library(name: "MicroTLS", targets: ["MicroTLS"]),
        .library(name: "MicroTesting", targets: ["MicroTesting"]),
        .executable(name: "micro", targets: ["MicroCommand"]),
        .executable(name: "protoc-gen-micro-swift", targets: ["protoc-gen-micro-swift"]),
        .plugin(name: "MicroProtobufPlugin", targets: ["MicroProtobufPlugin"]),
        .plugin(name: "MicroProtobufCommand", targets: ["MicroProtobufCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.42.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
        .package(url: "https://github.com/apple/swift-service-context", from: "1.5.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.0"),
    ],
    targets: [
        // System libraries.
        systemLibrary("CCurl", pkgConfig: "libcurl", debianPackage: "libcurl4-openssl-dev"),
        systemLibrary("CZlib", pkgConfig: "zlib", debianPackage: "zlib1g-dev"),

        // The contracts.
        module("MicroCore", in: .core, [collections, deque, logging, nioCore]),

        // What adapters share.
        module("CurlTransfer", in: .support, ["CCurl", "MicroCore"]),
        module("AdapterSettings", in: .support, ["MicroCore", configuration, logging]),
        module("BackendSupport", in: .support, ["MicroCore", "CurlTransfer", "CZlib", logging]),
        module("GoMicroWire", in: .support, ["MicroCore", nioCore]),
        module("MessageTransport", in: .support, ["MicroCore", "GoMicroWire", deque, nioCore]),

        // Adapters: one module per external system.
        module(
            "MicroMemory", in: .adapters, ["MicroCore", "AdapterSettings", collections, configuration, deque, nioCore]),
        module(
            "MicroHTTP", in: .adapters,
            ["MicroCore", "AdapterSettings", "GoMicroWire", configuration, logging, nioCore, nioHTTP1, nioPosix]),
        module(
            "MicroTLS", in: .adapters,
            ["MicroCore", "AdapterSettings", "MicroHTTP", configuration, logging, nioCore, nioPosix, nioSSL, nioTLS]),
        module("MicroProtobuf", in: .adapters, ["MicroCore", nioCore, protobuf]),
        module(
            "MicroConsul", in: .adapters,
            ["MicroCore", "AdapterSettings", "BackendSupport", "CurlTransfer", configuration, logging]),
        module(
            "MicroEtcd", in: .adapters,
            ["MicroCore", "AdapterSettings", "BackendSupport", "CurlTransfer", configuration, logging]),
        module(
            "MicroKubernetes", in: .adapters,
            ["MicroCore", "AdapterSettings", "BackendSupport", "CurlTransfer", configuration, logging]),
        module(
            "MicroNATS", in: .adapters,
            [
                "MicroCore", "AdapterSettings", "BackendSupport", "CurlTransfer", "GoMicroWire", "MessageTransport",
                configuration, deque, logging, nioCore,
            ]),
        module(
            "MicroRabbitMQ", in: .adapters,
            [
                "MicroCore", "AdapterSettings", "BackendSupport", "CurlTransfer", "GoMicroWire", "MessageTransport",
                configuration, deque, logging, nioCore,
            ]),

        // What a service author imports.
        module(
            "Micro", in: .service,
            [
                "MicroCore", "AdapterSettings", "GoMicroWire", "MicroMemory", "MicroHTTP", configuration,
                instrumentation, lifecycle, logging, metrics, nioCore, serviceContext, signals, tracing,
            ]),
        module(
            "MicroBackends", in: .service,
            [
                "Micro", "AdapterSettings", "MicroConsul", "MicroEtcd", "MicroKubernetes", "MicroMemory", "MicroNATS",
                "MicroRabbitMQ", "MicroTLS", configuration,
            ]),

        module("MicroTesting", in: .service, ["Micro", "MicroMemory"]),

        // The contracts as runnable cases.
        module("MicroConformance", in: .conformance, ["MicroCore", logging, nioCore, nioHTTP1, nioPosix]),
        module("MicroConformanceTesting", in: .conformance, ["MicroConformance"]),
        module(
            "MicroHarnesses", in: .conformance,
            [
                "MicroCore", "AdapterSettings", "BackendSupport", "MicroConformance", "MicroConsul", "MicroEtcd",
                "MicroHTTP", "MicroKubernetes", "MicroMemory", "MicroNATS", "MicroRabbitMQ", "CurlTransfer", "CZlib",
                "GoMicroWire",
                configuration, logging, nioCore, nioPosix,
            ]),

        // Gateway and sidecar, the HTTP server that they share, and authentication by tokens.
        module(
            "MicroEdge", in: .toolkit,
            [
                "MicroCore", "AdapterSettings", "CZlib", "GoMicroWire", configuration, httpTypes, hummingbird,
                hummingbirdCore, hummingbirdHTTP2, hummingbirdTLS, lifecycle, logging, nioCore, nioHTTP1, nioHTTPTypes,
                nioHTTPTypesHTTP1, nioSSL, nioWebSocket, serviceContext, tracing,
            ]),
        module(
            "MicroGateway", in: .toolkit,
            [
                "MicroCore", "AdapterSettings", "GoMicroWire", "Micro", "MicroEdge", configuration, httpTypes,
                hummingbird, lifecycle, logging, nioCore, nioHTTP1, nioPosix, nioSSL, nioTLS,
            ]),

        module(
            "MicroSidecar", in: .toolkit,
            [
                "MicroCore", "AdapterSettings", "GoMicroWire", "Micro", "MicroEdge", "MicroGateway", configuration,
                httpTypes, hummingbird, lifecycle, logging, nioCore, nioHPACK, nioHTTP1, nioHTTP2, nioPosix,
            ]),

        module(
            "MicroJWT", in: .toolkit,
            [
                "MicroCore", "AdapterSettings", "MicroEdge", asyncHTTPClient, configuration, hummingbird, jwtKit,
                logging, nioCore, nioFoundation, nioHTTP1,
            ]),

        // Command-line tools. The target is not named micro: on a case-insensitive file system that collides with
        // Micro.
        .executableTarget(
            name: "MicroCommand",
            dependencies: [
                "AdapterSettings", "BackendSupport", "CurlTransfer", "GoMicroWire", "Micro", "MicroBackends",
                "MicroConformance", "MicroConsul", "MicroCore", "MicroEdge", "MicroEtcd", "MicroGateway",
                "MicroHarnesses", "MicroJWT", "MicroKubernetes", "MicroMemory", "MicroSidecar", argumentParser,
                configuration, lifecycle, logging, nioCore, nioHTTP1, nioPosix,
            ],
            path: "Sources/Tools/MicroCommand", swiftSettings: settings),
        module("MicroProtobufGenerator", in: .tools, [protobuf, protobufPlugin]),
        .executableTarget(
            name: "protoc-gen-micro-swift", dependencies: ["MicroProtobufGenerator", protobufPlugin],
            path: "Sources/Tools/ProtocGenMicroSwift", swiftSettings: settings),

        // Plugins that run the generator with the system's protoc.
        .plugin(
            name: "MicroProtobufPlugin", capability: .buildTool(),
            dependencies: ["protoc-gen-micro-swift", protobufGenerator]),
        .plugin(
            name: "MicroProtobufCommand",
            capability: .command(
                intent: .custom(
                    verb: "generate-micro-protobuf",
                    description: "Generates Swift code from .proto files with services."),
                permissions: [.writeToPackageDirectory(reason: "It writes the generated code.")]),
            dependencies: ["protoc-gen-micro-swift", protobufGenerator]),

        // Examples.
        example("greeter-demo", path: "Greeter/Demo", ["Micro", "MicroMemory", "GreeterContract"]),
        example(
            "greeter-server", path: "Greeter/Server", ["Micro", "MicroBackends", "GreeterContract", configuration]),
        example(
            "greeter-client", path: "Greeter/Client",
            ["Micro", "MicroBackends", "GreeterContract", "ExampleSupport", configuration]),
        example("events-demo", path: "Events/Demo", ["Micro", "MicroMemory", "EventsContract"]),
        example(
            "events-publisher", path: "Events/Publisher",
            ["Micro", "MicroBackends", "EventsContract", "ExampleSupport"]),
        example(
            "events-subscriber", path: "Events/Subscriber",
            ["Micro", "MicroBackends", "EventsContract", "ExampleSupport"]),
        example(
            "deploy-server", path: "Deploy/Server",
            ["Micro", "MicroBackends", "DeployMetrics", "GreeterContract", lifecycle, metrics, signals]),
        example(
            "gateway-example", path: "Gateway/Program",
            [
                "Micro", "MicroCore", "MicroEdge", "MicroGateway", "MicroMemory", httpTypes, hummingbird, lifecycle,
                signals,
            ]),
        .target(
            name: "DeployMetrics", dependencies: [coreMetrics, httpTypes, hummingbird, lifecycle, logging, nioCore],
            path: "Examples/Deploy/Metrics", swiftSettings: settings),
        .target(
            name: "ExampleSupport", dependencies: [argumentParser], path: "Examples/Support", swiftSettings: settings),
        .target(name: "EventsContract", path: "Examples/Events/Contract", swiftSettings: settings),
        .target(name: "GreeterContract", path: "Examples/Greeter/Contract", swiftSettings: settings),

        // Benchmarks. The others are a package of their own; these need `package` declarations.
        .executableTarget(
            name: "transfer-load", dependencies: ["CurlTransfer", argumentParser], path: "Benchmarks/TransferLoad",
            swiftSettings: settings),

        .executableTarget(
            name: "gateway-load",
            dependencies: [
                "Micro", "MicroCore", "MicroEdge", "MicroGateway", "MicroHTTP", "MicroMemory", argumentParser,
                hummingbird, logging, nioCore, nioPosix,
            ],
            path: "Benchmarks/GatewayLoad", swiftSettings: settings),

        // Tests.
        .target(name: "TestSupport", path: "Tests/Helpers/TestSupport", swiftSettings: settings),
        .target(
            name: "TestServers",
            dependencies: ["CurlTransfer", "MicroConformance", "MicroCore", "TestSupport", logging, nioCore],
            path: "Tests/Helpers/TestServers", swiftSettings: settings),
        .target(
            name: "GreeterProtobuf", dependencies: ["Micro", "MicroProtobuf", protobuf],
            path: "Tests/Helpers/GreeterProtobuf", exclude: ["greeter.proto"], swiftSettings: settings),
        .target(
            name: "ProtobufCorpus", dependencies: ["Micro", "MicroProtobuf", protobuf],
            path: "Tests/Helpers/ProtobufCorpus",
            exclude: [
                "imports/nested.proto", "imports/shared", "imports/wellknown.proto", "names/collisions.proto",
                "names/keywords.proto", "names/two_services.proto", "packages/same_name_a.proto",
                "packages/same_name_b.proto", "sides/client_only.proto", "sides/empty.proto", "sides/server_only.proto",
                "syntax/editions.json", "syntax/editions.proto", "syntax/options.proto", "syntax/proto2.proto",
            ], swiftSettings: settings),
        .target(name: "CAllocationCounter", path: "Tests/AllocationCount/Counter"),
        .executableTarget(
            name: "allocation-count",
            dependencies: ["CAllocationCounter", "Micro", "MicroHTTP", "MicroMemory", nioCore],
            path: "Tests/AllocationCount/Command", swiftSettings: settings),
        tests("MicroCoreTests", in: .core, ["MicroCore", logging, nioCore]),
        tests("GoMicroWireTests", in: .support, ["GoMicroWire", "MicroCore", nioCore]),
        tests("MessageTransportTests", in: .support, ["MessageTransport", "MicroCore", nioCore]),
        tests("CurlTransferTests", in: .support, ["CurlTransfer", "MicroConformance"]),
        tests("BackendSupportTests", in: .support, ["BackendSupport", "CurlTransfer", "MicroCore", logging]),
        tests("MicroMemoryTests", in: .adapters, ["MicroMemory", "MicroCore", nioCore]),
        tests(
            "MicroHTTPTests", in: .adapters,
            [
                "MicroHTTP", "GoMicroWire", "GreeterProtobuf", "Micro", "MicroConsul", "MicroCore", "MicroMemory",
                "MicroProtobuf", logging,
                nioCore, nioEmbedded, nioHTTP1, nioPosix, protobuf,
            ]),
        tests(
            "MicroTLSTests", in: .adapters,
            [
                "MicroTLS", "MicroHTTP", "MicroConformance", "MicroConformanceTesting", "MicroCore", configuration,
                logging, nioCore,
            ]),
        tests("MicroProtobufTests", in: .adapters, ["MicroProtobuf", "Micro", "MicroMemory", nioCore, protobuf]),
        tests(
            "MicroConsulTests", in: .adapters,
            ["MicroConsul", "BackendSupport", "CurlTransfer", "MicroCore", configuration, logging]),
        tests(
            "MicroEtcdTests", in: .adapters,
            ["MicroEtcd", "BackendSupport", "MicroCore", "CurlTransfer", configuration, logging]),
        tests(
            "MicroKubernetesTests", in: .adapters,
            [
                "MicroKubernetes", "AdapterSettings", "BackendSupport", "MicroCore", "CurlTransfer", configuration,
                logging,
            ]),
        tests(
            "MicroNATSTests", in: .adapters,
            [
                "MicroNATS", "Micro", "MicroCore", "MicroMemory", "BackendSupport", "CurlTransfer", "GoMicroWire",
                "MessageTransport", configuration, logging, nioCore,
            ]),
        tests(
            "MicroRabbitMQTests", in: .adapters,
            [
                "MicroRabbitMQ", "MicroCore", "BackendSupport", "CurlTransfer", "GoMicroWire", "MessageTransport",
                configuration, logging, nioCore,
            ]),
        tests("ClusterTests", in: .adapters, ["MicroConsul", "MicroEtcd", "MicroCore", "CurlTransfer"]),
        tests(
            "MicroTests", in: .service,
            [
                "Micro", "AdapterSettings", "CurlTransfer", "GoMicroWire", "MicroConsul", "MicroEtcd",
                "MicroKubernetes", "MicroMemory", "MicroHTTP", "MicroNATS", configuration, lifecycle, logging, metrics,
                metricsTestKit, nioCore, nioPosix,
                serviceContext, tracing, tracingTestKit,
            ]),
        tests("MicroTestingTests", in: .service, ["MicroTesting", "Micro", "MicroMemory"]),
        tests(
            "MicroBackendsTests", in: .service,
            [
                "MicroBackends", "Micro", "MicroHTTP", "MicroMemory", configuration, logging,
            ]),
        tests(
            "MicroConformanceTests", in: .conformance,
            [
                "MicroConformance", "MicroConformanceTesting", "MicroHarnesses", "MicroConsul", "MicroEtcd",
                "BackendSupport", "MicroCore", "CurlTransfer", "MicroKubernetes", "MicroMemory", "MicroNATS",
                "MicroRabbitMQ", logging, nioCore,
                nioHTTP1, nioPosix, nioSSL,
            ]),
        tests(
            "MicroEdgeTests", in: .toolkit,
            [
                "MicroEdge", "MicroCore", httpTypes, hummingbird, instrumentation, lifecycle, logging, nioCore,
                nioEmbedded, nioSSL, nioWebSocket, tracing, tracingTestKit,
            ]),
        tests(
            "MicroGatewayTests", in: .toolkit,
            [
                "MicroGateway", "MicroEdge", "Micro", "MicroCore", "MicroMemory", configuration, httpTypes,
                hummingbird, logging, nioCore, nioHTTP1,
            ]),
        tests(
            "MicroSidecarTests", in: .toolkit,
            [
                "MicroSidecar", "MicroConsul", "MicroEdge", "MicroGateway", "Micro", "MicroCore", "MicroMemory",
                "MicroHTTP", "MicroNATS", "MicroRabbitMQ", "MicroTLS",
                configuration, httpTypes, lifecycle, logging, nioCore,
            ]),
        tests(
            "MicroJWTTests", in: .toolkit,
            ["MicroJWT", "MicroEdge", "MicroCore", configuration, httpTypes, hummingbird, jwtKit, logging, nioCore]),
        tests(
            "MicroCommandTests", in: .tools,
            [
                "MicroCommand", "CurlTransfer", "Micro", "MicroConformance", "MicroConsul", "MicroCore",
                "MicroHarnesses", "MicroNATS", "MicroRabbitMQ", "greeter-server", argumentParser, nioCore,
            ]),
        tests(
            "MicroProtobufGeneratorTests", in: .tools,
            [
                "protoc-gen-micro-swift", "MicroProtobufGenerator", "GreeterProtobuf", "ProtobufCorpus", "Micro",
                "MicroMemory",
                "MicroProtobuf", logging, protobuf, protobufPlugin,
            ], exclude: ["Unsupported"]),
        tests(
            "GreeterTests", in: .examples,
            [
                "greeter-demo", "greeter-server", "greeter-client", "GreeterContract", "Micro", "MicroHTTP",
                "MicroMemory",
            ]),
        tests(
            "DeployTests", in: .examples, ["deploy-server", "DeployMetrics", "CurlTransfer", coreMetrics, metrics]),
        tests("EventsTests", in: .examples, ["events-demo", "events-publisher", "events-subscriber"]),
    ]
)

// The plugin that builds the documentation. Only `make docs` needs it; users of the package do not resolve it.
if Context.environment["MICRO_DOCS"] != nil {
    package.dependencies.append(.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"))
}
