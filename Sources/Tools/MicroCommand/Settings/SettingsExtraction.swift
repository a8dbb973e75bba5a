// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Takes the options of settings out of words that are not parsed by the argument parser.
enum SettingsExtraction {
    /// Divides words into settings, by environment variable, and the rest, which includes a setting without a value.
    static func extract(from words: [String]) -> (options: [String: String], rest: [String]) {
        var (options, rest): ([String: String], [String]) = ([:], [])
        var index = 0
        while index < words.count {
            let word = words[index]
            index += 1
            guard let name = SettingName.allCases.first(where: { isOption(word, $0) }) else {
                rest.append(word)
                continue
            }
            if let equals = word.firstIndex(of: "=") {
                options[name.variable] = String(word[word.index(after: equals)...])
            } else if index < words.count {
                options[name.variable] = words[index]
                index += 1
            } else {
                rest.append(word)
            }
        }
        return (options, rest)
    }

    private static func isOption(_ word: String, _ name: SettingName) -> Bool {
        word == "--\(name.rawValue)" || word.hasPrefix("--\(name.rawValue)=")
    }
}
