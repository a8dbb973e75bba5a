// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Logging

/// The benchmarks of swift-micro; `Benchmarks/run` runs them all.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures swift-micro.",
        subcommands: [
            UnaryServer.self, UnaryClient.self, OverloadServer.self, OverloadClient.self, HummingbirdServer.self,
            IdleConnections.self, CPUTime.self, Pick.self,
            FixedServer.self, TransferPeer.self, RegistryServices.self,
            RegistryChanges.self, RegistryIdle.self, BrokerPublish.self, BrokerDeliver.self, BrokerBehind.self,
            BrokerRounds.self,
        ])

    static func main() async {
        // What a program has that configures nothing, but quieter.
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = .warning
            return handler
        }
        await main(nil)
    }
}
