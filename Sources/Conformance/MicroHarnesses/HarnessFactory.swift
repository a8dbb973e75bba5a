// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore

/// What choosing a harness by its name has in common for all kinds of adapters.
enum HarnessFactory {
    /// The error for a name that there is none for.
    static func unknownHarness(_ kind: String, _ name: String, of names: [String]) -> MicroError {
        MicroError(
            .invalidArgument, "no \(kind) named \"\(name)\": choose one of \(names.joined(separator: ", "))",
            origin: "conformance")
    }

    /// Checks that nobody controls memory from outside.
    static func validateMemoryHarness(_ kind: String, controlledBy control: ControlSource?) throws {
        guard control == nil else {
            throw MicroError(
                .invalidArgument, "the memory \(kind) has its own control: leave the other out", origin: "conformance")
        }
    }

    /// The control of a server by the service of a compose file that has its name.
    static func control(
        _ source: ControlSource?, of name: String, _ server: some ContainerBackend
    ) async throws -> (any BackendControl)? {
        guard case .compose(let file)? = source else { return nil }
        return try await ComposeControl(ComposeCommand(file: file), service: name, server: server)
    }
}
