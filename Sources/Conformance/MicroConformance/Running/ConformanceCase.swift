// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// How much an adapter needs to be put to a case.
public enum Tier: String, Sendable, Hashable, CaseIterable {
    /// All adapters.
    case core = "C"
    /// Those that claim a capability.
    case capability = "K"
    /// Those whose backend can be controlled, or reached through the fault proxy.
    case fault = "F"
    /// Stress.
    case stress = "S"
}

/// One demand of the contract: data, with the code that checks it.
///
/// IDs are stable: reports, lists of known failures and documents use them.
public struct ConformanceCase<TestContext: Sendable>: Sendable, Identifiable {
    /// Such as `R01`.
    public let id: String
    /// Who is put to it.
    public let tier: Tier
    /// What an adapter must do, in one sentence.
    public let requirement: String
    /// Why the case is here: what went wrong in somebody's adapter.
    public let rationale: String
    /// The names of the capabilities that it is about.
    public let needs: [String]
    /// What has to be done to the backend in it.
    public let actions: Set<BackendAction>
    /// What it needs of the harness besides.
    public let hooks: Set<Hook>
    /// Checks the demand; throws what is wrong.
    public let run: @Sendable (TestContext) async throws -> Void
    /// Checks that an adapter which does not claim the capability refuses to be asked for it.
    public let verifyUnsupported: (@Sendable (TestContext) async throws -> Void)?

    /// Creates a case.
    public init(
        _ id: String, _ tier: Tier, _ requirement: String, rationale: String, needs: [String] = [],
        actions: Set<BackendAction> = [], hooks: Set<Hook> = [],
        verifyUnsupported: (@Sendable (TestContext) async throws -> Void)? = nil,
        run: @escaping @Sendable (TestContext) async throws -> Void
    ) {
        self.id = id
        self.tier = tier
        self.requirement = requirement
        self.rationale = rationale
        self.needs = needs
        self.actions = actions
        self.hooks = hooks
        self.verifyUnsupported = verifyUnsupported
        self.run = run
    }
}

extension ConformanceCase: CustomStringConvertible {
    /// The ID and the requirement.
    public var description: String { "\(id) \(requirement)" }
}

/// What is wrong with an adapter, as a case has found it.
public struct ConformanceFailure: Error, Sendable, CustomStringConvertible {
    /// What was expected, and what came instead.
    public let description: String

    /// Creates a failure.
    public init(_ description: String) { self.description = description }
}

/// Thrown by a case that finds the harness without something that it needs and that cannot be asked for before.
public struct CaseNotRunnable: Error, Sendable {
    /// What is missing, such as `census: leases`.
    public let hook: String

    /// Creates a reason.
    public init(_ hook: String) { self.hook = hook }
}
