// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Logging

/// The benchmarks of swift-micro. `Benchmarks/run` runs all of them.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures swift-micro.",
        subcommands: [
            UnaryServer.self, UnaryClient.self, OverloadServer.self, OverloadClient.self, HummingbirdServer.self,
            IdleConnections.self, CPUTime.self, SelectorBenchmark.self,
            FixedResponseServer.self, AsyncHTTPClientBenchmark.self, RegistryServices.self,
            RegistryChanges.self, RegistryIdle.self, RegistryHeartbeats.self, BrokerPublish.self, BrokerDeliver.self,
            BrokerConsume.self,
            SlowSubscriberBenchmark.self, BrokerRestartBenchmark.self,
        ])

    static func main() async {
        // The default log handler, with fewer messages.
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = .warning
            return handler
        }
        await main(nil)
    }
}
