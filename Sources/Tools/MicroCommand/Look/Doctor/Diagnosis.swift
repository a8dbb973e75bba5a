// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Foundation
import Micro
import MicroBackends
import MicroCore

/// The checks of `micro doctor`.
struct Diagnosis {
    /// One check, with what it has found.
    struct Check: Encodable {
        enum Status: String, Encodable {
            case ok
            case warning
            case failed
        }

        let name: String
        let status: Status
        let finding: String
        /// What to do about it; nil if nothing is wrong.
        var remedy: String?
        /// Whether a setting is wrong, and no server the cause.
        var isWrongSetting = false

        private enum CodingKeys: CodingKey {
            case name, status, finding, remedy
        }
    }

    let settings: Settings

    /// Runs all checks. A part that fails does not keep the others from being checked.
    func run() async -> [Check] {
        var checks = [contextCheck] + settingChecks
        guard settings[.proxyAddress] == nil else { return checks + [await sidecarCheck()] }
        do {
            let registry = try settings.namingOptions { try Backends.environment.makeRegistry(settings.reader) }
            checks += await check(registry)
            checks += await checkBroker(registry)
            checks += await checkTransport(registry)
            await registry.close()
        } catch {
            checks.append(failure("registry", error))
        }
        return checks
    }

    // MARK: Settings

    private var contextCheck: Check {
        Check(
            name: "context", status: .ok,
            finding: settings.context.map { "\($0), of \(ContextStore.standard.file.path)" } ?? "none")
    }

    /// The settings that select and locate backends, with their sources.
    private var settingChecks: [Check] {
        SettingName.allCases.filter { $0 != .context }.compactMap { name in
            guard let value = settings[name], let source = settings.sources[name.variable] else { return nil }
            let shown = SecretSetting.redacted(value, of: name.variable)
            return Check(name: name.variable, status: .ok, finding: "\(shown) (\(source.rawValue))")
        }
    }

    // MARK: Registry

    private func check(_ registry: any Registry) async -> [Check] {
        guard registry.name != "memory" else {
            return [
                Check(
                    name: "registry", status: .warning,
                    finding: "memory: it belongs to one process, so that other services are not visible",
                    remedy: "set MICRO_REGISTRY, or --registry, to the registry of your services")
            ]
        }
        do {
            let start = ContinuousClock.now
            let count = try await registry.list().count
            let latency = DurationText.latency(seconds: (ContinuousClock.now - start).seconds)
            let reachable = Check(
                name: "registry", status: .ok, finding: "\(registry), \(Self.services(count)), answered in \(latency)")
            return [reachable] + (await ServerProbe(settings: settings, registry: registry.name).checks())
        } catch {
            return [failure("registry", error)]
        }
    }

    static func services(_ count: Int) -> String { count == 1 ? "1 service" : "\(count) services" }

    // MARK: Broker

    private func checkBroker(_ registry: any Registry) async -> [Check] {
        do {
            let broker = try settings.namingOptions {
                try Backends.environment.makeBroker(settings.reader, registry: registry)
            }
            let check = await check(broker)
            await broker.close(deadline: .now + .seconds(1))
            return [check]
        } catch {
            return [failure("broker", error)]
        }
    }

    private func check(_ broker: any Broker) async -> Check {
        switch broker.name {
        case "memory":
            return Check(
                name: "broker", status: .warning, finding: "memory: its events stay within one process",
                remedy: "set MICRO_BROKER, or --broker, to the broker of your services")
        case "http": return Check(name: "broker", status: .ok, finding: "http: it needs no server")
        default: break
        }
        do {
            let start = ContinuousClock.now
            try await Self.exchangeMessage(over: broker)
            let latency = DurationText.latency(seconds: (ContinuousClock.now - start).seconds)
            let version = await (broker as? any ServerVersionReporting)?.serverVersion().map { " (\($0))" } ?? ""
            return Check(name: "broker", status: .ok, finding: "\(broker)\(version), delivered an event in \(latency)")
        } catch {
            return failure("broker", error)
        }
    }

    /// Publishes an event to a topic of its own and waits for it.
    private static func exchangeMessage(over broker: any Broker) async throws {
        let topic = "micro.doctor.\(UUID().uuidString.lowercased())"
        let timeout = Duration.seconds(6)
        try await withDeadline(
            .now + timeout,
            orThrow: MicroError(
                .deadlineExceeded, "\(broker) did not deliver an event within \(timeout)",
                origin: MicroError.Origin.broker)
        ) {
            try await broker.withSubscription(to: topic) { deliveries in
                try await broker.publish(BrokerMessage(text: "{}"), to: topic)
                for await delivery in deliveries {
                    delivery.acknowledge()
                    return
                }
                throw MicroError(
                    .unavailable, "the subscription ended without an event", origin: MicroError.Origin.broker)
            }
        }
    }

    // MARK: Transport

    /// Compares the transport with those of the registered nodes.
    private func checkTransport(_ registry: any Registry) async -> [Check] {
        do {
            let transport = try settings.namingOptions { try Backends.environment.makeTransport(settings.reader) }
            let name = transport.name
            await transport.close()
            var counts: [String: Int] = [:]
            for service in try await registry.list().prefix(100) {
                for node in try await registry.lookUp(service).flatMap(\.nodes) {
                    counts[node.metadata["transport"] ?? name, default: 0] += 1
                }
            }
            let others = counts.filter { $0.key != name }.sorted { $0.key < $1.key }
            guard let other = others.first else {
                return [Check(name: "transport", status: .ok, finding: "\(name), \(counts[name] ?? 0) nodes")]
            }
            let texts = others.map { "\($0.value) nodes use \($0.key)" }.joined(separator: ", ")
            return [
                Check(
                    name: "transport", status: .warning, finding: "\(name), \(counts[name] ?? 0) nodes; \(texts)",
                    remedy: "set MICRO_TRANSPORT=\(other.key), or --transport, to call them")
            ]
        } catch let error as MicroError where error.origin == MicroError.Origin.registry {
            // The check of the registry reports it.
            return []
        } catch {
            return [failure("transport", error)]
        }
    }

    private func failure(_ name: String, _ error: any Error) -> Check {
        let error = error as? MicroError
        let isWrongSetting = error.map { ExitStatus($0) == .usage } ?? false
        let remedy =
            switch error?.code {
            case .unavailable?, .deadlineExceeded?:
                "check that the server runs and that MICRO_\(name.uppercased())_ADDRESS is its address"
            case .unauthenticated?, .permissionDenied?: "check the credentials"
            default: "correct the setting"
            }
        return Check(
            name: name, status: .failed, finding: error?.message ?? "cancelled", remedy: remedy,
            isWrongSetting: isWrongSetting)
    }

    // MARK: Output

    static func write(_ checks: [Check], to console: Console) throws {
        let width = checks.map(\.name.count).max() ?? 0
        for check in checks {
            let (mark, style): (String, StyledText.Style) =
                switch check.status {
                case .ok: ("ok     ", .green)
                case .warning: ("warning", .yellow)
                case .failed: ("FAILED ", .red)
                }
            let name = check.name.padding(toLength: width, withPad: " ", startingAt: 0)
            try console.line(StyledText(mark, style) + "  \(name)  \(check.finding)")
            if let remedy = check.remedy {
                try console.line("\(String(repeating: " ", count: width + 11))\(remedy)")
            }
        }
    }
}
