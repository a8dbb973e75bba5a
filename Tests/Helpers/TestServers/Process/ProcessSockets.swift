// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The sockets of processes in Linux's `/proc`.
enum ProcessSockets {
    /// Whether there is a `/proc`.
    static var isSupported: Bool { FileManager.default.fileExists(atPath: "/proc/net/tcp") }

    /// The index of the process that has a connection with a local port; nil if none has.
    static func owner(ofPort port: Int, among processes: [Int32?]) -> Int? {
        let inodes = Set(inodes(ofPort: port))
        return processes.firstIndex { process in
            guard let process else { return false }
            let folder = "/proc/\(process)/fd"
            let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            return files.contains { file in
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(file)")
                return target.map { inodes.contains($0) } ?? false
            }
        }
    }

    /// The sockets that are bound to a port, in the format of the links in `/proc/ID/fd`. A line of `/proc/net/tcp` has the
    /// local address in its second column, such as `0100007F:1F90`, and the inode in its tenth.
    private static func inodes(ofPort port: Int) -> [String] {
        // `Data(contentsOf:)` ends after the first short read, and the kernel returns one page per read.
        let table = try? FileHandle(forReadingAtPath: "/proc/net/tcp")?.readToEnd()
        return String(decoding: table ?? Data(), as: UTF8.self).split(separator: "\n").dropFirst().compactMap { line in
            let columns = line.split(separator: " ", maxSplits: 10)
            guard columns.count > 9, Int(columns[1].suffix(4), radix: 16) == port, columns[9] != "0" else { return nil }
            return "socket:[\(columns[9])]"
        }
    }
}
