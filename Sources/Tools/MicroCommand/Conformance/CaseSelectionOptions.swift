// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MicroConformance

/// The options that say which cases are run, and which of them may fail.
struct CaseSelectionOptions: ParsableArguments {
    @Option(
        name: .customLong("run"),
        help: "Only cases whose ID matches: * is any text, ? one character; several with commas between.")
    var filter = "*"

    @Option(help: "Only cases of these tiers: C core, K capabilities, F faults, S stress.")
    var tiers = TierList.all

    @Option(help: "A file with the IDs of cases that fail, one in each line. One that passes is a failure then.")
    var knownFailing: String?

    @Option(help: "A file with the IDs of cases that may fail or pass, one in each line.")
    var knownFlaky: String?

    /// What the options mean for a catalogue. Warns of IDs that it does not have: their cases would not be excused.
    ///
    /// - Throws: ``CommandError``.
    func options<TestContext>(of cases: [ConformanceCase<TestContext>]) throws -> RunOptions {
        let known = Set(cases.map(\.id))
        let options = RunOptions(
            filter: filter, tiers: tiers.tiers,
            knownFailing: try Self.ids(in: knownFailing, of: "--known-failing", known: known),
            knownFlaky: try Self.ids(in: knownFlaky, of: "--known-flaky", known: known))
        guard cases.contains(where: options.selects) else {
            throw CommandError(
                "no case is selected by --run \(filter) --tiers \(tiers.defaultValueDescription): the IDs are "
                    + "\(cases[0].id) to \(cases[cases.count - 1].id)")
        }
        return options
    }

    private static func ids(in path: String?, of option: String, known: Set<String>) throws -> Set<String> {
        guard let path else { return [] }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandError("cannot read the list \(path) of \(option): check the path and its permissions")
        }
        let ids = RunOptions.ids(in: String(decoding: data, as: UTF8.self))
        for id in ids.subtracting(known).sorted() {
            StandardError.print("Warning: \(id) in \(path) is not the ID of a case: check \(option)")
        }
        return ids
    }
}

/// Tiers as they are written in an option: `C,K`.
struct TierList: ExpressibleByArgument {
    static let all = TierList(tiers: Set(CaseTier.allCases))

    let tiers: Set<CaseTier>

    private init(tiers: Set<CaseTier>) { self.tiers = tiers }

    init?(argument: String) {
        let tiers = argument.split(separator: ",", omittingEmptySubsequences: false)
            .map { CaseTier(rawValue: $0.uppercased()) }
        guard !tiers.contains(nil) else { return nil }
        self.tiers = Set(tiers.compactMap(\.self))
    }

    var defaultValueDescription: String {
        CaseTier.allCases.filter(tiers.contains).map(\.rawValue).joined(separator: ",")
    }
}
