package org.tarishi.core.boot;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * A jar with the same content, none of it compressed.
 *
 * <p>The framework reads thousands of classes out of its copies of the jars at each start, and inflating them is a twelfth of the processor
 * time that one takes; so they are inflated when they are installed.
 */
final class StoredJar {

    private StoredJar() {}

    /** Opens it; where a jar can't be written anew, such as one that has an entry twice, it is read as it is. */
    static InputStream open(Path jar) throws IOException {
        try {
            return new ByteArrayInputStream(stored(jar));
        } catch (ZipException e) {
            return Files.newInputStream(jar);
        }
    }

    private static byte[] stored(Path jar) throws IOException {
        var bytes = new ByteArrayOutputStream((int) Math.min(3 * Files.size(jar), 1 << 26));
        try (var from = new ZipFile(jar.toFile());
                var to = new ZipOutputStream(bytes)) {
            to.setMethod(ZipOutputStream.STORED);
            for (var entry : Collections.list(from.entries())) {
                var copy = new ZipEntry(entry.getName());
                copy.setTime(entry.getTime());
                copy.setSize(entry.getSize());
                copy.setCompressedSize(entry.getSize());
                copy.setCrc(entry.getCrc());
                to.putNextEntry(copy);
                try (var content = from.getInputStream(entry)) {
                    content.transferTo(to);
                }
                to.closeEntry();
            }
        }
        return bytes.toByteArray();
    }
}
