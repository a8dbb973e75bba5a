// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MicroCore

/// `micro top`
struct TopCommand: AsyncParsableCommand {
    /// The column that the table is sorted by.
    enum SortKey: String, ExpressibleByArgument, CaseIterable {
        case name
        case rate
        case errors
        case p50
        case p99
        case inflight
    }

    static let configuration = CommandConfiguration(
        commandName: "top", abstract: "Shows the activity of all services, until q or Ctrl-C.",
        discussion: """
            The keys n, r, e, 5, 9 and i sort by name, rate, errors, p50, p99 and calls in flight; q quits. All columns \
            cover the time since the last update; the first update has no rate and covers the time since the \
            start of each node. P50 and P99 are at most 25 % too high.
            """)

    @Option(help: "The column to sort by.")
    var sort = SortKey.rate

    @Option(help: "The time between two updates.")
    var interval = "2s"

    @Flag(help: "Show it once, after one interval.")
    var once = false

    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var settings: SettingsOptions

    func validate() throws { _ = try TimeLimit.parse(interval, option: "--interval") }

    func run() async throws {
        let interval = try TimeLimit.parse(interval, option: "--interval")
        try await settings.resolved().withDebugCalls(timeout: .seconds(1)) { registry, calls in
            guard !once else {
                let first = try await ActivitySample.take(registry, calls)
                try await Task.sleep(for: interval)
                return try write(try await ActivitySample.take(registry, calls).activity(since: first), by: sort)
            }
            try await show(registry, calls, every: interval)
        }
    }

    // MARK: Live table

    private func show(_ registry: any Registry, _ calls: DebugCalls, every interval: Duration) async throws {
        let console = Console.standard
        let isInteractive = console.isTerminal && StandardInput.isTerminal && !output.isJSON
        let terminal = isInteractive ? RawTerminal(keepsSignals: true) : nil
        let keys = TopKeys(sort: sort, isEnabled: terminal != nil)
        if isInteractive { try console.write("\u{1B}[?1049h\u{1B}[?25l") }
        // The screen is restored in any case; there is nowhere to report a failure of it.
        defer { if isInteractive { try? console.write("\u{1B}[?25h\u{1B}[?1049l") } }
        var (last, shown): (ActivitySample?, [ServiceActivity]) = (nil, [])
        var nextSample = ContinuousClock.now
        while !Task.isCancelled {
            if ContinuousClock.now >= nextSample {
                do {
                    let sample = try await ActivitySample.take(registry, calls)
                    shown = sample.activity(since: last)
                    last = sample
                    if isInteractive {
                        try draw(shown, keys.sort, nil)
                    } else if last != nil {
                        try write(shown, by: sort)
                    }
                } catch let error as MicroError {
                    if isInteractive { try draw(shown, keys.sort, error.message) } else { throw error }
                }
                nextSample = .now + interval
            }
            switch await keys.next(until: nextSample) {
            case .quit: return
            case .sort: try draw(shown, keys.sort, nil)
            case .nothing: break
            }
        }
        withExtendedLifetime(terminal) {}
    }

    private func draw(_ rows: [ServiceActivity], _ key: SortKey, _ problem: String?) throws {
        let console = Console.standard
        let size = console.size
        let title = "\(rows.count) services, sorted by \(key.rawValue); q ends"
        var lines = [
            StyledText(problem ?? title, problem == nil ? .dim : .red).rendered(usesColor: console.usesColor).text
        ]
        lines += Self.table(Self.sorted(rows, by: key)).lines(width: size.columns, usesColor: console.usesColor)
        try console.screen(lines)
    }

    // MARK: Output

    private func write(_ rows: [ServiceActivity], by key: SortKey) throws {
        let sorted = Self.sorted(rows, by: key)
        guard !output.isJSON else {
            return try once ? Console.standard.json(sorted) : Console.standard.jsonLine(sorted)
        }
        try Console.standard.table(Self.table(sorted))
    }

    private static func table(_ rows: [ServiceActivity]) -> Table {
        var table = Table("SERVICE", "NODES", "CALLS/S", "ERRORS", "P50", "P99", "IN FLIGHT")
        for row in rows {
            guard row.reporting > 0 else {
                table.add(StyledText(row.service), "\(row.nodes)", "-", "-", "-", "-", "-")
                continue
            }
            let errors = row.errorRatio ?? 0
            table.add(
                StyledText(row.service), "\(row.nodes)",
                StyledText(row.rate.map { String(format: "%.1f", $0) } ?? "-"),
                StyledText(String(format: "%.1f%%", errors * 100), errors > 0 ? .red : .plain),
                latency(row.p50), latency(row.p99),
                "\(row.inFlight)")
        }
        return table
    }

    private static func latency(_ seconds: Double?) -> StyledText {
        StyledText(seconds.map(DurationText.latency) ?? "-")
    }

    private static func sorted(_ rows: [ServiceActivity], by key: SortKey) -> [ServiceActivity] {
        let byName = rows.sorted { $0.service < $1.service }
        func descending(_ value: (ServiceActivity) -> Double) -> [ServiceActivity] {
            byName.enumerated().sorted {
                (value($0.element), -$0.offset) > (value($1.element), -$1.offset)
            }.map(\.element)
        }
        return switch key {
        case .name: byName
        case .rate: descending { $0.rate ?? 0 }
        case .errors: descending { $0.errorRatio ?? 0 }
        case .p50: descending { $0.p50 ?? 0 }
        case .p99: descending { $0.p99 ?? 0 }
        case .inflight: descending { Double($0.inFlight) }
        }
    }
}

/// The keys of `micro top`.
private final class TopKeys {
    enum Action {
        case quit
        case sort
        case nothing
    }

    private(set) var sort: TopCommand.SortKey
    private let isEnabled: Bool

    init(sort: TopCommand.SortKey, isEnabled: Bool) {
        self.sort = sort
        self.isEnabled = isEnabled
    }

    /// Waits for a key, at most until an instant. A cancelled task does not wait.
    func next(until end: ContinuousClock.Instant) async -> Action {
        while ContinuousClock.now < end, !Task.isCancelled {
            if isEnabled, let key = Self.readKey() { return action(of: key) }
            // Woken by cancellation.
            try? await Task.sleep(for: min(.milliseconds(50), end - .now))
        }
        return .nothing
    }

    private func action(of key: UInt8) -> Action {
        switch key {
        case UInt8(ascii: "q"), 4: return .quit
        case UInt8(ascii: "n"): sort = .name
        case UInt8(ascii: "r"): sort = .rate
        case UInt8(ascii: "e"): sort = .errors
        case UInt8(ascii: "5"): sort = .p50
        case UInt8(ascii: "9"): sort = .p99
        case UInt8(ascii: "i"): sort = .inflight
        default: return .nothing
        }
        return .sort
    }

    private static func readKey() -> UInt8? {
        var descriptor = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, 0) > 0 else { return nil }
        var byte: UInt8 = 0
        return read(STDIN_FILENO, &byte, 1) == 1 ? byte : nil
    }
}
