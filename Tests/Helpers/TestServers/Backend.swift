// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A kind of server that tests need, and whether it is available.
package struct Backend: Sendable {
    /// The name in `MICRO_REQUIRE_BACKENDS`.
    let name: String
    /// The name or the path of the program.
    let program: String
    /// The address of the download page.
    let source: String

    init(_ name: String, program: String? = nil, source: String) {
        self.name = name
        self.program = program ?? name
        self.source = source
    }

    /// Whether the program is installed.
    var isInstalled: Bool { Machine.path(of: program) != nil }

    /// The name of the variable with the address of a running server, for example in a container.
    var addressVariable: String { "MICRO_TEST_\(name.uppercased())_ADDRESS" }

    /// The address of a running server; nil if the tests start servers themselves.
    var external: String? { Self.variable(addressVariable) }

    /// Enables tests if a server is available. If `MICRO_REQUIRE_BACKENDS` has its name, they run and fail without one.
    var availabilityCondition: ConditionTrait {
        .enabled(
            if: isInstalled || external != nil || isRequired, "no \(program) on the PATH: get it from \(source)")
    }

    /// Enables tests that start the server themselves, to kill it or to change its settings.
    var launchCondition: ConditionTrait {
        .enabled(
            if: external == nil && (isInstalled || isRequired),
            "needs a \(program) of its own: none is on the PATH, or \(addressVariable) names a running server")
    }

    private var isRequired: Bool {
        (Self.variable("MICRO_REQUIRE_BACKENDS") ?? "").split(separator: ",")
            .contains { $0.trimmingCharacters(in: .whitespaces) == name }
    }

    private static func variable(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
