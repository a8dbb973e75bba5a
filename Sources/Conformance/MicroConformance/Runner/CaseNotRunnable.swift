// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Thrown by a case that needs a feature of the harness which can only be checked while the case runs.
struct CaseNotRunnable: Error, Sendable {
    /// The missing feature, as reports print it.
    let reason: String

    init(_ reason: String) { self.reason = reason }

    /// The reason for missing hooks.
    init(missing hooks: Set<HarnessHook>) {
        let names = hooks.sorted { $0.rawValue < $1.rawValue }.map { "`\($0.rawValue)` (\($0.purpose))" }
        reason = "needs the harness hook\(names.count == 1 ? "" : "s") \(names.joined(separator: ", "))"
    }

    /// The reason for missing backend actions.
    init(missing actions: Set<BackendAction>) {
        let names = actions.map(\.rawValue).sorted().map { "`\($0)`" }
        reason = "needs the backend action\(names.count == 1 ? "" : "s") \(names.joined(separator: ", "))"
    }
}
