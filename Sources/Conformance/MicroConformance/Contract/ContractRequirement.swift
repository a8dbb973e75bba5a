// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A requirement of a contract, with the cases that prove it.
///
/// The tables ``registry``, ``broker`` and ``transport`` number the requirements in the doc comments of `MicroCore`.
/// IDs are stable: reports and documents refer to them. `scripts/check-contract` checks that each requirement has a
/// case, that each case proves a requirement, and that each case has a mutant.
public struct ContractRequirement: Sendable, Hashable, Identifiable {
    /// The ID, such as `R-register-refresh`: the contract (`R`, `B` or `T`) and the subject.
    public let id: String
    /// The declaration in `MicroCore` whose doc comment states the requirement, such as `Registry.register`.
    public let source: String
    /// The text of the requirement.
    public let text: String
    /// The IDs of the cases that prove it, in ascending order.
    public let cases: [String]

    init(_ id: String, _ source: String, _ text: String, _ cases: [String]) {
        self.id = id
        self.source = source
        self.text = text
        self.cases = cases
    }

    /// All requirements of the three contracts.
    public static let all = registry + broker + transport

    /// The requirements that a case proves.
    public static func proved(by caseID: String) -> [ContractRequirement] {
        all.filter { $0.cases.contains(caseID) }
    }
}

extension ConformanceCase {
    /// The requirements that the case proves.
    public var contractRequirements: [ContractRequirement] { ContractRequirement.proved(by: id) }
}
