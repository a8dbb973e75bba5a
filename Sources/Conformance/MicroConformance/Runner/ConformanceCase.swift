// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A requirement of a contract, as data, with the code that checks it.
///
/// IDs are stable: reports, lists of known failures and documents refer to them.
public struct ConformanceCase<TestContext: Sendable>: Sendable, Identifiable {
    /// The ID, such as `R01`.
    public let id: String
    /// The group of adapters that the case applies to.
    public let tier: CaseTier
    /// The requirement, in one sentence.
    public let requirement: String
    /// The reason for the case: the defect of an existing adapter that it detects.
    public let rationale: String
    /// The names of the capabilities that an adapter must claim for the case to apply.
    public let capabilities: [String]
    /// The backend actions that the case performs.
    public let actions: Set<BackendAction>
    /// The hooks of the harness that the case uses.
    public let hooks: Set<HarnessHook>
    /// Checks the requirement; throws a ``ConformanceFailure`` if it is not met.
    package let run: @Sendable (TestContext) async throws -> Void
    /// Checks that an adapter which does not claim the capability refuses its use.
    package let verifyUnsupported: (@Sendable (TestContext) async throws -> Void)?

    package init(
        _ id: String, _ tier: CaseTier, _ requirement: String, rationale: String, capabilities: [String] = [],
        actions: Set<BackendAction> = [], hooks: Set<HarnessHook> = [],
        verifyUnsupported: (@Sendable (TestContext) async throws -> Void)? = nil,
        run: @escaping @Sendable (TestContext) async throws -> Void
    ) {
        self.id = id
        self.tier = tier
        self.requirement = requirement
        self.rationale = rationale
        self.capabilities = capabilities
        self.actions = actions
        self.hooks = hooks
        self.verifyUnsupported = verifyUnsupported
        self.run = run
    }
}

extension ConformanceCase {
    /// The cases in the order of the numbers in their IDs.
    static func ordered(_ cases: [[ConformanceCase]]) -> [ConformanceCase] {
        cases.flatMap(\.self).sorted { ($0.id.count, $0.id) < ($1.id.count, $1.id) }
    }
}

extension ConformanceCase: CustomStringConvertible {
    /// The ID and the requirement.
    public var description: String { "\(id) \(requirement)" }
}
