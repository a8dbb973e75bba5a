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
let metricsTestKit = Target.Dependency.product(name: "MetricsTestKit", package: "swift-metrics")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
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

func tests(_ name: String, in folder: Folder, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["TestSupport", "TestServers"],
        path: "Tests/\(folder.rawValue)/\(name)", swiftSettings: settings)
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
        .library(name: "MicroEtcd", targets: ["MicroEtcd"]),
        .library(name: "MicroHTTP", targets: ["MicroHTTP"]),
        .library(name: "MicroMemory", targets: ["MicroMemory"]),
        .library(name: "MicroNATS", targets: ["MicroNATS"]),
        .library(name: "MicroProtobuf", targets: ["MicroProtobuf"]),
        .library(name: "MicroTLS", targets: ["MicroTLS"]),
        .executable(name: "micro", targets: ["MicroCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
        .package(url: "https://github.com/apple/swift-service-context", from: "1.5.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
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
        module("BackendSupport", in: .support, ["MicroCore", "CurlTransfer"]),
        module("GoMicroWire", in: .support, ["MicroCore", nioCore]),

        // Adapters: one module per external system.
        module(
            "MicroMemory", in: .adapters, ["MicroCore", "AdapterSettings", collections, configuration, deque, nioCore]),
        module(
            "MicroHTTP", in: .adapters,
            ["MicroCore", "AdapterSettings", "GoMicroWire", configuration, logging, nioCore, nioHTTP1, nioPosix]),
        module("MicroTLS", in: .adapters, ["MicroCore", "MicroHTTP", logging, nioCore, nioSSL, nioTLS]),
        module("MicroProtobuf", in: .adapters, ["MicroCore", nioCore, protobuf]),
        module(
            "MicroConsul", in: .adapters,
            ["MicroCore", "AdapterSettings", "BackendSupport", "CurlTransfer", "CZlib", configuration, logging]),
        module(
            "MicroEtcd", in: .adapters,
            ["MicroCore", "AdapterSettings", "BackendSupport", "CurlTransfer", configuration, logging]),
        module(
            "MicroNATS", in: .adapters,
            [
                "MicroCore", "AdapterSettings", "BackendSupport", "CurlTransfer", "GoMicroWire", configuration, deque,
                logging, nioCore,
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
                "Micro", "AdapterSettings", "MicroConsul", "MicroEtcd", "MicroHTTP", "MicroMemory", "MicroNATS",
                configuration,
            ]),

        // The contracts as runnable cases.
        module("MicroConformance", in: .conformance, ["MicroCore", logging, nioCore, nioHTTP1, nioPosix]),
        module("MicroConformanceTesting", in: .conformance, ["MicroConformance"]),
        module(
            "MicroHarnesses", in: .conformance,
            [
                "MicroCore", "AdapterSettings", "BackendSupport", "MicroConformance", "MicroConsul", "MicroEtcd",
                "MicroHTTP", "MicroMemory", "MicroNATS", "CurlTransfer", "CZlib", "GoMicroWire", configuration, logging,
                nioCore, nioPosix,
            ]),

        // Command-line tools. The target is not named micro: on a case-insensitive file system that collides with
        // Micro.
        .executableTarget(
            name: "MicroCommand",
            dependencies: ["MicroConformance", "MicroCore", "MicroHarnesses", argumentParser, configuration],
            path: "Sources/Tools/MicroCommand", swiftSettings: settings),

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
        .target(
            name: "ExampleSupport", dependencies: [argumentParser], path: "Examples/Support", swiftSettings: settings),
        .target(name: "EventsContract", path: "Examples/Events/Contract", swiftSettings: settings),
        .target(name: "GreeterContract", path: "Examples/Greeter/Contract", swiftSettings: settings),

        // Benchmarks. The others are a package of their own; this one needs `package` declarations.
        .executableTarget(
            name: "transfer-load", dependencies: ["CurlTransfer", argumentParser], path: "Benchmarks/TransferLoad",
            swiftSettings: settings),

        // Tests.
        .target(name: "TestSupport", path: "Tests/Helpers/TestSupport", swiftSettings: settings),
        .target(
            name: "TestServers", dependencies: ["CurlTransfer", "MicroCore", "TestSupport", logging],
            path: "Tests/Helpers/TestServers", swiftSettings: settings),
        .target(name: "CAllocationCounter", path: "Tests/AllocationCount/Counter"),
        .executableTarget(
            name: "allocation-count",
            dependencies: ["CAllocationCounter", "Micro", "MicroHTTP", "MicroMemory", nioCore],
            path: "Tests/AllocationCount/Command", swiftSettings: settings),
        tests("MicroCoreTests", in: .core, ["MicroCore", logging, nioCore]),
        tests("GoMicroWireTests", in: .support, ["GoMicroWire", "MicroCore", nioCore]),
        tests("CurlTransferTests", in: .support, ["CurlTransfer"]),
        tests("BackendSupportTests", in: .support, ["BackendSupport", "CurlTransfer", "MicroCore"]),
        tests("MicroMemoryTests", in: .adapters, ["MicroMemory", "MicroCore", nioCore]),
        tests(
            "MicroHTTPTests", in: .adapters,
            [
                "MicroHTTP", "GoMicroWire", "Micro", "MicroConsul", "MicroCore", "MicroMemory", "MicroProtobuf",
                logging,
                nioCore, nioEmbedded, nioHTTP1, nioPosix, protobuf,
            ]),
        tests(
            "MicroTLSTests", in: .adapters,
            ["MicroTLS", "MicroHTTP", "MicroConformance", "MicroConformanceTesting", "MicroCore", nioCore]),
        tests("MicroProtobufTests", in: .adapters, ["MicroProtobuf", "Micro", "MicroMemory", nioCore, protobuf]),
        tests(
            "MicroConsulTests", in: .adapters,
            ["MicroConsul", "BackendSupport", "CurlTransfer", "MicroCore", configuration, logging]),
        tests("MicroEtcdTests", in: .adapters, ["MicroEtcd", "MicroCore", "CurlTransfer", configuration, logging]),
        tests(
            "MicroNATSTests", in: .adapters,
            [
                "MicroNATS", "MicroCore", "BackendSupport", "CurlTransfer", "GoMicroWire", configuration, logging,
                nioCore,
            ]),
        tests("ClusterTests", in: .adapters, ["MicroConsul", "MicroEtcd", "MicroCore", "CurlTransfer"]),
        tests(
            "MicroTests", in: .service,
            [
                "Micro", "AdapterSettings", "CurlTransfer", "GoMicroWire", "MicroMemory", "MicroHTTP", configuration,
                lifecycle, logging, metrics, metricsTestKit, nioCore, nioPosix, serviceContext, tracing, tracingTestKit,
            ]),
        tests("MicroBackendsTests", in: .service, ["MicroBackends", "Micro", configuration]),
        tests(
            "MicroConformanceTests", in: .conformance,
            [
                "MicroConformance", "MicroConformanceTesting", "MicroHarnesses", "MicroConsul", "MicroEtcd",
                "MicroCore", "CurlTransfer", "MicroMemory", "MicroNATS", logging, nioCore, nioHTTP1, nioPosix,
            ]),
        tests(
            "MicroCommandTests", in: .tools, ["MicroCommand", "MicroConformance", "MicroHarnesses", "MicroCore"]),
        tests(
            "GreeterTests", in: .examples,
            [
                "greeter-demo", "greeter-server", "greeter-client", "GreeterContract", "Micro", "MicroHTTP",
                "MicroMemory",
            ]),
        tests("EventsTests", in: .examples, ["events-demo", "events-publisher", "events-subscriber"]),
    ]
)
