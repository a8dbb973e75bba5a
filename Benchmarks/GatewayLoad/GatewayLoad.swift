// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MicroCore

/// The programs that `run gateway` measures. They belong to the root package, so that its build of the gateway is measured.
/// `Measurements.swift` is a symbolic link to the file of `bench`.
@main
struct GatewayLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway-load", abstract: "Runs and measures gateways.",
        subcommands: [
            BackendServer.self, GatewayServer.self, HelloServer.self, RouteMeasurement.self, WebSocketServer.self,
            WebSocketMeasurement.self, CPUTimes.self,
        ])
}

/// Prints the CPU time of processes, in seconds.
struct CPUTimes: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cpu-time", abstract: "Prints the sum of the CPU times of processes.")

    @Argument(help: "The process IDs.")
    var processes: [Int32]

    func run() throws { print(text(try processes.map { try cpuTime(of: $0) }.reduce(0, +), 6)) }
}

/// Prints the address of a server that listens.
func announce(_ address: Address) {
    print(address)
    fflush(nil)
}
