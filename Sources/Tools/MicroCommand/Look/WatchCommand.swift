// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MicroCore
import MicroSidecar

/// `micro watch`
struct WatchCommand: AsyncParsableCommand {
    private struct Event: Encodable {
        let time: Date
        let action: String
        let service: ServiceDocument?
        let message: String?
    }

    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Shows changes of the registry as they happen, until Ctrl-C.",
        discussion: """
            The first lines are the nodes that are registered now. With --output json, each line is an object with the \
            members time, action (create, update, delete, stale, live), and service, or message for stale and live.
            """)

    @Argument(help: "One service (default: all).", completion: .custom(Completion.services))
    var name: String?

    @Option(help: ArgumentHelp("End after this number of changes.", valueName: "number"))
    var count: Int?

    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var settings: SettingsOptions

    func validate() throws {
        guard count.map({ $0 > 0 }) ?? true else { throw ValidationError("--count must be above zero.") }
    }

    func run() async throws {
        try await settings.resolved().withRegistry { registry in
            var last = RegistryState()
            var shown = 0
            for await state in try registry.watch(name) {
                if let message = Self.freshnessChange(from: last, to: state, in: registry) { try write(message) }
                for change in state.changes(since: last) {
                    try write(change)
                    shown += 1
                    if shown == count { return }
                }
                last = state
            }
        }
    }

    private func write(_ change: RegistryChange) throws {
        let (action, style): (String, StyledText.Style) =
            switch change.kind {
            case .created: ("create", .green)
            case .updated: ("update", .yellow)
            case .deleted: ("delete", .red)
            }
        guard !output.isJSON else {
            return try Console.standard.jsonLine(
                Event(time: .now, action: action, service: ServiceDocument(change.service), message: nil))
        }
        try Console.standard.line(
            StyledText(Self.timeOfDay, .dim) + " " + StyledText(action, style)
                + " \(change.service.name) \(change.service.version) \(change.node.id) \(Address(change.node))")
    }

    private func write(_ message: (action: String, text: String)) throws {
        guard !output.isJSON else {
            return try Console.standard.jsonLine(
                Event(time: .now, action: message.action, service: nil, message: message.text))
        }
        Console.standard.message("\(Self.timeOfDay) \(message.text)")
    }

    /// The message about a registry that cannot be read, or can be read again.
    private static func freshnessChange(
        from last: RegistryState, to state: RegistryState, in registry: any Registry
    ) -> (action: String, text: String)? {
        switch (last.freshness, state.freshness) {
        case (_, .stale(_, let cause)), (_, .unknown(let cause)): ("stale", "\(cause.message); waiting for it")
        case (.live, .live): nil
        case (_, .live): ("live", "\(registry) can be read again")
        }
    }

    private static var timeOfDay: String {
        let now = Date.now
        var (seconds, parts) = (time_t(now.timeIntervalSince1970), tm())
        localtime_r(&seconds, &parts)
        return String(format: "%02d:%02d:%02d", parts.tm_hour, parts.tm_min, parts.tm_sec)
    }
}
