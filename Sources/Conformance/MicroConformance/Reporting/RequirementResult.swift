// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The result of a run for one requirement.
public struct RequirementResult: Sendable, Hashable {
    /// Whether an adapter meets a requirement.
    public enum Status: String, Sendable, Hashable, CaseIterable {
        /// All cases were run, at least one passed, and none failed. The others need capabilities that the adapter does not
        /// claim, and it refuses their use.
        case met
        /// At least one case passed and none failed, but others were not selected or not runnable.
        case partlyChecked
        /// The adapter does not claim the capabilities that its cases need, and refuses their use.
        case notClaimed
        /// A case failed, regardless of whether it is listed as failing.
        case violated
        /// No case was selected and runnable, so the result is unknown.
        case notChecked
    }

    /// The requirement.
    public let requirement: ContractRequirement
    /// Whether the adapter meets it.
    public let status: Status
    /// The IDs of its cases that passed.
    public let passed: [String]
    /// The IDs of its cases that failed.
    public let failed: [String]

    init(_ requirement: ContractRequirement, in results: [CaseResult]) {
        let own = results.filter { requirement.cases.contains($0.id) }
        self.requirement = requirement
        passed = own.filter { $0.outcome == .passed }.map(\.id)
        failed = own.filter { ["failed", "knownFailing"].contains($0.outcome.name) }.map(\.id)
        let checkedCount = own.count { $0.outcome.name != "notRunnable" }
        status =
            if !failed.isEmpty { .violated } else if !passed.isEmpty || own.contains(where: { $0.outcome.isFailure }) {
                checkedCount == requirement.cases.count ? .met : .partlyChecked
            } else if own.contains(where: { $0.outcome.name == "notClaimed" }) { .notClaimed } else { .notChecked }
    }
}

extension ConformanceReport {
    /// The requirements of the contract that the cases belong to, in the order of its table; empty without results.
    public var requirementResults: [RequirementResult] {
        guard let contract = results.first?.id.first else { return [] }
        return ContractRequirement.all.filter { $0.id.first == contract }.map { RequirementResult($0, in: results) }
    }

    /// The human-readable report by requirement: a row for each requirement with its status and its cases, and the
    /// counts.
    public var requirements: String {
        let found = requirementResults
        let width = found.map(\.requirement.id.count).max() ?? 0
        let rows = found.map { result in
            let cases = result.status == .violated ? result.failed : result.passed
            let count = "\(cases.count) of \(result.requirement.cases.count) cases"
            return "\(result.requirement.id.padding(to: width))  \(result.status.rawValue.padding(to: 13))  "
                + "\(result.requirement.text)\(cases.isEmpty ? "" : "  (\(count): \(cases.joined(separator: ", ")))")"
        }
        return (rows + ["", requirementCounts, subjectLine]).joined(separator: "\n")
    }

    /// The number of requirements by status, such as `40 met, 18 partlyChecked, 2 notClaimed, 0 violated,
    /// 8 notChecked`.
    public var requirementCounts: String {
        let found = requirementResults
        return RequirementResult.Status.allCases.map { status in
            "\(found.count { $0.status == status }) \(status.rawValue)"
        }.joined(separator: ", ")
    }

    /// The counts for a badge, in the JSON of shields.io (https://shields.io/badges/endpoint-badge).
    public var badge: String {
        let found = requirementResults
        let count = { (status: RequirementResult.Status) in found.count { $0.status == status } }
        let met = "\(count(.met)) of \(found.count - count(.notClaimed)) met"
        let partly = count(.partlyChecked) > 0 ? ", \(count(.partlyChecked)) partly checked" : ""
        let message = count(.violated) > 0 ? "\(count(.violated)) violated" : met + partly
        let isComplete = count(.notChecked) == 0 && count(.partlyChecked) == 0
        let color = count(.violated) > 0 ? "red" : isComplete ? "brightgreen" : "green"
        return #"{"schemaVersion":1,"label":"swift-micro contract","message":"\#(message)","color":"\#(color)"}"#
    }
}
