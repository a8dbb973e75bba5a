// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import MicroConformance

/// The options that select cases, and that list cases which may fail.
struct CaseSelectionOptions: ParsableArguments {
    @Option(
        name: .customLong("run"),
        help: """
            Run only cases whose ID matches a pattern: * matches any text, ? one character; separate patterns by commas.
            """)
    var filter = "*"

    @Option(help: "Run only cases of these tiers: C core, K capabilities, F faults, S stress.")
    var tiers = TierList.all

    @Option(
        help: "A file with the IDs of cases that are known to fail, one per line. An unexpected pass fails the run.")
    var knownFailing: String?

    @Option(help: "A file with the IDs of cases that may fail or pass, one per line.")
    var knownFlaky: String?

    /// Makes the options for the cases of a catalog. Prints a warning for unknown IDs in the lists.
    ///
    /// - Throws: ``CommandError`` if a list cannot be read or no case is selected.
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
