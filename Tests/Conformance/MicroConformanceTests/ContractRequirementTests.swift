// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore
import MicroHarnesses
import Testing

/// `scripts/check-contract` reads the sources; these tests check the same of the catalogs that run.
@Suite struct ContractRequirementTests {
    private static let caseIDs =
        RegistryCase.all.map(\.id) + BrokerCase.all.map(\.id) + TransportCase.all.map(\.id)

    @Test func requirementsAndCasesCoverEachOther() {
        let proved = ContractRequirement.all.flatMap(\.cases)
        #expect(Set(proved) == Set(Self.caseIDs))
        for requirement in ContractRequirement.all {
            #expect(!requirement.cases.isEmpty && !requirement.text.isEmpty, "\(requirement.id)")
            #expect(requirement.cases.allSatisfy { $0.first == requirement.id.first }, "\(requirement.id)")
        }
        #expect(Set(ContractRequirement.all.map(\.id)).count == ContractRequirement.all.count)
    }

    @Test func reportListsTheStatusOfEachRequirement() async throws {
        let harness = RegistryMutantHarness(.dropsNodeMetadata, of: MemoryRegistryHarness())
        let report = await RegistryRunner(harness, options: RunOptions(filter: "R01,R08,R49")).run()
        let results = Dictionary(uniqueKeysWithValues: report.requirementResults.map { ($0.requirement.id, $0) })
        #expect(results.count == ContractRequirement.registry.count)
        #expect(results["R-register-fields"]?.status == .violated)
        #expect(results["R-register-fields"]?.failed == ["R01"])
        #expect(results["R-register-invalid"]?.status == .partlyChecked, "R12, R24 and R95 were not selected")
        #expect(results["R-lookup-unreadable"]?.status == .notChecked)
        #expect(report.requirements.contains("R-register-fields"))
        #expect(report.badge.contains(#""message":"2 violated""#), "\(report.badge)")
    }

    @Test func requirementIsKeptOnlyIfAllItsCasesWereRun() async throws {
        let requirement = try #require(ContractRequirement.registry.first { $0.id == "R-register-moves" })
        for (cases, status) in [
            (requirement.cases, RequirementResult.Status.met), ([requirement.cases[0]], .partlyChecked),
        ] {
            let options = RunOptions(filter: cases.joined(separator: ","))
            let report = await RegistryRunner(MemoryRegistryHarness(), options: options).run()
            let result = report.requirementResults.first { $0.requirement == requirement }
            #expect(result?.status == status, "\(cases)")
            #expect(report.requirements.contains("(\(cases.count) of \(requirement.cases.count) cases: "))
            #expect(report.badge.contains(" partly checked\""))
        }
    }

    @Test func requirementOfAnUnclaimedCapabilityIsNotClaimed() async throws {
        let report = await BrokerRunner(MemoryBrokerHarness(.atMostOnce), options: RunOptions(filter: "B16,B01")).run()
        let status = report.requirementResults.first { $0.requirement.id == "B-acknowledge" }?.status
        #expect(status == .notClaimed)
        #expect(report.badge.contains("brightgreen") == false)
    }
}
