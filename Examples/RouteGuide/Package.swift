// swift-tools-version: 6.2
// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

let package = Package(
    name: "swift-micro-route-guide",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "swift-micro", path: "../.."),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
    ],
    targets: [
        .executableTarget(
            name: "route-guide",
            dependencies: [
                .product(name: "Micro", package: "swift-micro"),
                .product(name: "MicroBackends", package: "swift-micro"),
                .product(name: "MicroMemory", package: "swift-micro"),
                .product(name: "MicroProtobuf", package: "swift-micro"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            path: "Sources",
            plugins: [.plugin(name: "MicroProtobufPlugin", package: "swift-micro")]),
        .testTarget(
            name: "RouteGuideTests",
            dependencies: [
                "route-guide",
                .product(name: "Micro", package: "swift-micro"),
                .product(name: "MicroTesting", package: "swift-micro"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            path: "Tests"),
    ]
)
