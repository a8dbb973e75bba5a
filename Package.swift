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

func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func example(_ name: String, path: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies + [argumentParser, logging], path: path, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["TestSupport", "TestServers"], swiftSettings: settings)
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
        .executable(name: "greeter-demo", targets: ["greeter-demo"]),
        .executable(name: "greeter-server", targets: ["greeter-server"]),
        .executable(name: "greeter-client", targets: ["greeter-client"]),
        .executable(name: "events-demo", targets: ["events-demo"]),
        .executable(name: "events-publisher", targets: ["events-publisher"]),
        .executable(name: "events-subscriber", targets: ["events-subscriber"]),
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
        // Floor 0: system libraries.
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // Floor 1: the contracts, and the way out to servers.
        module("CurlTransfer", ["CCurl"]),
        module("MicroCore", [collections, configuration, deque, logging, nioCore]),

        // Floor 2: adapters.
        module("MicroMemory", ["MicroCore", collections, deque, nioCore]),
        module("MicroHTTP", ["MicroCore", logging, nioCore, nioHTTP1, nioPosix]),
        module("MicroTLS", ["MicroCore", "MicroHTTP", logging, nioCore, nioSSL, nioTLS]),
        module("MicroProtobuf", ["MicroCore", nioCore, protobuf]),
        module("MicroCurl", ["MicroCore", "CurlTransfer"]),
        module("MicroConsul", ["MicroCore", "MicroCurl", "CurlTransfer", "CZlib", configuration, logging]),
        module("MicroEtcd", ["MicroCore", "MicroCurl", "CurlTransfer", configuration, logging]),
        module(
            "MicroNATS", ["MicroCore", "MicroCurl", "CurlTransfer", configuration, deque, logging, nioCore]),

        // Floor 3: what a service author imports.
        module(
            "Micro",
            [
                "MicroCore", "MicroMemory", "MicroHTTP", configuration, instrumentation, lifecycle, logging, metrics,
                nioCore, serviceContext, signals, tracing,
            ]),

        module("MicroConformance", ["MicroCore", logging, nioCore, nioHTTP1, nioPosix]),

        module("MicroConformanceTesting", ["MicroConformance"]),

        // Floor 4: the one place that knows all adapters.
        module(
            "MicroHarnesses",
            [
                "MicroCore", "MicroConformance", "MicroConsul", "MicroEtcd", "MicroHTTP", "MicroMemory", "MicroNATS",
                "CurlTransfer", "CZlib", configuration, logging, nioCore, nioPosix,
            ]),
        module("MicroBackends", ["Micro", "MicroConsul", "MicroEtcd", "MicroNATS", configuration]),

        // Floor 5: the command line. Not a target named micro: beside Micro it breaks where file names have no case.
        .executableTarget(
            name: "MicroCommand",
            dependencies: ["MicroConformance", "MicroCore", "MicroHarnesses", argumentParser, configuration],
            swiftSettings: settings),

        // Examples.
        example("greeter-demo", path: "Examples/Greeter/Demo", ["Micro", "GreeterContract"]),
        example(
            "greeter-server", path: "Examples/Greeter/Server",
            ["Micro", "MicroBackends", "GreeterContract", configuration]),
        example(
            "greeter-client", path: "Examples/Greeter/Client",
            ["Micro", "MicroBackends", "GreeterContract", configuration]),
        example("events-demo", path: "Examples/Events/Demo", ["Micro", "EventsContract"]),
        example(
            "events-publisher", path: "Examples/Events/Publisher", ["Micro", "MicroBackends", "EventsContract"]),
        example(
            "events-subscriber", path: "Examples/Events/Subscriber", ["Micro", "MicroBackends", "EventsContract"]),
        .target(name: "EventsContract", path: "Examples/Events/Contract", swiftSettings: settings),
        .target(
            name: "FileRegistry", dependencies: ["MicroCore", logging], path: "Examples/CustomRegistry/Sources",
            swiftSettings: settings),
        .target(name: "GreeterContract", path: "Examples/Greeter/Contract", swiftSettings: settings),

        // Benchmarks. The others are a package of their own; this one needs what is `package`.
        .executableTarget(
            name: "transfer-load", dependencies: ["CurlTransfer", argumentParser], path: "Benchmarks/TransferLoad",
            swiftSettings: settings),

        // Tests.
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
        .target(
            name: "TestServers", dependencies: ["CurlTransfer", "MicroCore", "TestSupport", logging],
            path: "Tests/TestServers", swiftSettings: settings),
        .target(name: "CAllocationCounter", path: "Tests/AllocationCount/Counter"),
        .executableTarget(
            name: "allocation-count",
            dependencies: ["CAllocationCounter", "Micro", "MicroHTTP", "MicroMemory", nioCore],
            path: "Tests/AllocationCount/Command", swiftSettings: settings),
        tests("CurlTransferTests", ["CurlTransfer"]),
        tests("MicroCoreTests", ["MicroCore", logging, nioCore]),
        tests("MicroMemoryTests", ["MicroMemory", "MicroCore", nioCore]),
        tests(
            "MicroConformanceTests",
            [
                "MicroConformance", "MicroConformanceTesting", "MicroHarnesses", "MicroConsul", "MicroEtcd",
                "MicroCore", "CurlTransfer", "MicroMemory", "MicroNATS", logging, nioCore, nioHTTP1, nioPosix,
            ]),
        tests(
            "MicroHTTPTests",
            [
                "MicroHTTP", "Micro", "MicroConsul", "MicroCore", "MicroMemory", "MicroProtobuf", logging, nioCore,
                nioEmbedded, nioHTTP1, nioPosix, protobuf,
            ]),
        tests(
            "MicroTLSTests",
            [
                "MicroTLS", "MicroHTTP", "MicroConformance", "MicroConformanceTesting", "MicroCore", nioCore,
            ]),
        tests("MicroConsulTests", ["MicroConsul", "MicroCurl", "MicroCore", configuration, logging]),
        tests("MicroEtcdTests", ["MicroEtcd", "MicroCore", "CurlTransfer", configuration, logging]),
        tests(
            "MicroNATSTests", ["MicroNATS", "MicroCore", "MicroCurl", "CurlTransfer", configuration, logging, nioCore]),
        tests("ClusterTests", ["MicroConsul", "MicroEtcd", "MicroCore", "CurlTransfer"]),
        tests(
            "MicroTests",
            [
                "Micro", "CurlTransfer", "MicroMemory", "MicroHTTP", configuration, lifecycle, logging, metricsTestKit,
                nioCore, nioPosix, serviceContext, tracing, tracingTestKit,
            ]),
        tests("MicroProtobufTests", ["MicroProtobuf", "Micro", "MicroMemory", nioCore, protobuf]),
        tests("MicroBackendsTests", ["MicroBackends", "Micro", configuration]),
        .testTarget(
            name: "FileRegistryTests",
            dependencies: ["FileRegistry", "MicroConformance", "MicroConformanceTesting", "MicroCore"],
            path: "Examples/CustomRegistry/Tests", swiftSettings: settings),
        tests(
            "GreeterTests",
            [
                "greeter-demo", "greeter-server", "greeter-client", "GreeterContract", "Micro", "MicroHTTP",
                "MicroMemory",
            ]),
        tests("EventsTests", ["events-demo", "events-publisher", "events-subscriber"]),
        tests("MicroCommandTests", ["MicroCommand", "MicroConformance", "MicroHarnesses", "MicroCore"]),
    ]
)
