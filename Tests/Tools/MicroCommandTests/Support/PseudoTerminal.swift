// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A pseudo-terminal: a pair of connected devices, the secondary of which behaves as a terminal.
enum PseudoTerminal {
    /// Opens both sides of a terminal with 24 rows and 100 columns.
    static func open() throws -> (primary: Int32, secondary: Int32) {
        let (primary, name) = try openPrimary()
        var size = winsize(ws_row: 24, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0)
        let secondary = Foundation.open(name, O_RDWR | O_NOCTTY)
        guard secondary >= 0, ioctl(primary, UInt(TIOCSWINSZ), &size) == 0 else {
            close(primary)
            throw POSIXError(.ENODEV)
        }
        return (primary, secondary)
    }

    #if os(Linux)
    /// See ioctl_tty(2). Glibc declares `posix_openpt` only for C sources that request it.
    private static func openPrimary() throws -> (Int32, String) {
        let (unlock, number): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
        let primary = Foundation.open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (isLocked, index): (Int32, UInt32) = (0, 0)
        guard primary >= 0, ioctl(primary, unlock, &isLocked) == 0, ioctl(primary, number, &index) == 0 else {
            throw POSIXError(.ENODEV)
        }
        return (primary, "/dev/pts/\(index)")
    }
    #else
    private static func openPrimary() throws -> (Int32, String) {
        let primary = posix_openpt(O_RDWR | O_NOCTTY)
        guard primary >= 0, grantpt(primary) == 0, unlockpt(primary) == 0, let name = ptsname(primary) else {
            throw POSIXError(.ENODEV)
        }
        return (primary, String(cString: name))
    }
    #endif
}
