// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance

/// Counts the actions of a control, under their names, so that a mutant can react to them.
struct ObservedControl: BackendControl {
    let base: any BackendControl
    let state: MutantState

    var actions: Set<BackendAction> { base.actions }

    func perform(_ action: BackendAction) async throws {
        try await base.perform(action)
        _ = state.count(action.rawValue)
        // A backend in memory would start again before an operation has noticed that it was down.
        if action == .stop || action == .kill { try await Task.sleep(for: .milliseconds(20)) }
    }
}
