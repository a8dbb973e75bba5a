// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Rows under a header. On a terminal the columns are aligned; otherwise they are separated by tabs.
struct Table {
    let header: [String]
    var rows: [[StyledText]] = []

    init(_ header: String...) { self.header = header }

    init(_ header: [String]) { self.header = header }

    mutating func add(_ cells: StyledText...) { rows.append(cells) }

    /// The lines of the table.
    ///
    /// - Parameter width: The number of columns of the terminal; nil if the output is not a terminal.
    func lines(width: Int?, usesColor: Bool) -> [String] {
        let all = [header.map { StyledText($0, .bold) }] + rows
        let rendered = all.map { row in row.map { $0.rendered(usesColor: usesColor) } }
        guard let width else { return rendered.map { row in row.map(\.text).joined(separator: "\t") } }
        let widths = header.indices.map { column in rendered.map { $0[column].width }.max() ?? 0 }
        return rendered.map { row in
            var (line, used) = ("", 0)
            for (column, cell) in row.enumerated() {
                let isLast = column == row.count - 1
                // Only the last column is cut: the others identify the row.
                if isLast, used + cell.width > width, !cell.text.contains("\u{1B}") {
                    line += cell.text.prefix(max(1, width - used - 1)) + "…"
                } else {
                    line += cell.text
                    if !isLast { line += String(repeating: " ", count: widths[column] - cell.width + 2) }
                }
                used += widths[column] + 2
            }
            return line
        }
    }
}
