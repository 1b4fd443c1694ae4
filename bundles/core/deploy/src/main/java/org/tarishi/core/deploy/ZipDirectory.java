package org.tarishi.core.deploy;

import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.regex.Pattern;
import org.tarishi.api.Text;
import org.tarishi.core.spi.PluginRefusedException;

/**
 * Looks at a zip file's central directory (PKWARE APPNOTE section 4.3.12) for names that would lead out of a folder, and for what
 * {@link java.util.zip.ZipFile} does not show: links, and a name that stands twice, of which two readers may take different ones.
 */
final class ZipDirectory {

    private static final int END = 0x06054b50;
    private static final int END_LENGTH = 22;
    private static final int LONGEST_COMMENT = 0xffff;
    private static final int HEADER = 0x02014b50;
    private static final int HEADER_LENGTH = 46;
    private static final int MOST_ENTRIES = 0xfffe;
    private static final int LARGEST = 16 << 20;
    private static final int UNIX = 3;
    private static final int FILE_TYPE = 0xf000;
    private static final int LINK = 0xa000;
    private static final int ENCRYPTED = 1;
    private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*");

    private ZipDirectory() {}

    /** Refuses a file whose directory names what no bundle needs. */
    static void check(Path file, String shown) throws PluginRefusedException, IOException {
        var directory = read(file, shown);
        var names = new HashSet<String>();
        while (directory.remaining() >= HEADER_LENGTH && directory.getInt(directory.position()) == HEADER) {
            int at = directory.position();
            int nameLength = Short.toUnsignedInt(directory.getShort(at + 28));
            int length = HEADER_LENGTH
                    + nameLength
                    + Short.toUnsignedInt(directory.getShort(at + 30))
                    + Short.toUnsignedInt(directory.getShort(at + 32));
            if (length > directory.remaining()) {
                break;
            }
            var bytes = new byte[nameLength];
            directory.get(at + HEADER_LENGTH, bytes);
            var name = new String(bytes, StandardCharsets.UTF_8);
            checkName(name, shown);
            if (!names.add(name)) {
                throw new PluginRefusedException(shown + " has " + Text.escaped(name)
                        + " twice in it, and nobody knows which one counts: pack it again");
            }
            boolean isUnix = directory.get(at + 5) == UNIX;
            if (isUnix && (directory.getInt(at + 38) >>> 16 & FILE_TYPE) == LINK) {
                throw new PluginRefusedException(shown + " has a link in it, " + Text.escaped(name)
                        + ", and links are never followed: pack the file itself");
            }
            if ((directory.getShort(at + 8) & ENCRYPTED) != 0) {
                throw new PluginRefusedException(
                        shown + " has an encrypted entry, " + Text.escaped(name) + ": pack it without a password");
            }
            directory.position(at + length);
        }
    }

    /** Refuses a name that would lead out of the folder that it is unpacked into. */
    static void checkName(String name, String shown) throws PluginRefusedException {
        var isBad = name.startsWith("/")
                || name.indexOf('\\') >= 0
                || name.indexOf('\0') >= 0
                || DRIVE.matcher(name).matches();
        for (var part : name.split("/", -1)) {
            isBad |= part.equals("..");
        }
        if (isBad) {
            throw new PluginRefusedException(shown + " has a name in it that leads out of it, " + Text.escaped(name)
                    + ": no honest tool packs so, ask where the file comes from");
        }
    }

    private static ByteBuffer read(Path file, String shown) throws PluginRefusedException, IOException {
        try (var zip = new RandomAccessFile(file.toFile(), "r")) {
            long size = zip.length();
            var tail = new byte[(int) Math.min(size, END_LENGTH + LONGEST_COMMENT)];
            zip.seek(size - tail.length);
            zip.readFully(tail);
            var end = ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN);
            for (int at = tail.length - END_LENGTH; at >= 0; at--) {
                if (end.getInt(at) == END) {
                    int entries = Short.toUnsignedInt(end.getShort(at + 10));
                    long length = Integer.toUnsignedLong(end.getInt(at + 12));
                    if (entries > MOST_ENTRIES || length > LARGEST) {
                        throw new PluginRefusedException(
                                shown + " has more than " + MOST_ENTRIES + " entries: no plugin needs so many");
                    }
                    long from = size - tail.length + at - length;
                    if (from < 0) {
                        break;
                    }
                    var directory = new byte[(int) length];
                    zip.seek(from);
                    zip.readFully(directory);
                    return ByteBuffer.wrap(directory).order(ByteOrder.LITTLE_ENDIAN);
                }
            }
        } catch (EOFException e) {
            throw new PluginRefusedException(shown + " shrinks while it is read: put it in again");
        }
        throw new PluginRefusedException(
                shown + " is cut off: a jar ends with the list of what is in it; copy or download it again");
    }
}
