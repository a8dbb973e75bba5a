// swift-tools-version: 6.2
// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

let package = Package(
    name: "swift-micro-files",
    platforms: [.macOS(.v15)],
    products: [.library(name: "FileRegistry", targets: ["FileRegistry"])],
    dependencies: [
        .package(name: "swift-micro", path: "../.."),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    ],
    targets: [
        .target(
            name: "FileRegistry",
            dependencies: [
                .product(name: "MicroCore", package: "swift-micro"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources"),
        .testTarget(
            name: "FileRegistryTests",
            dependencies: [
                "FileRegistry",
                .product(name: "MicroCore", package: "swift-micro"),
                .product(name: "MicroConformance", package: "swift-micro"),
                .product(name: "MicroConformanceTesting", package: "swift-micro"),
            ],
            path: "Tests"),
    ]
)
