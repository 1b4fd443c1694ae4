package org.tarishi.core.queue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayList;
import java.util.List;

/** Compares all that is stored with its checksums. */
final class Verification {

    private static final int MOST = 1000;

    private final Disk disk;
    private final Index index;
    private final List<String> faults = new ArrayList<>();

    Verification(Disk disk, Index index) {
        this.disk = disk;
        this.index = index;
    }

    /** Returns what is wrong, a line each. */
    List<String> run() throws IOException {
        for (var segment : index.withSegments(Segments::all)) {
            if (Thread.currentThread().isInterrupted()) {
                throw new ClosedByInterruptException();
            }
            var name = SegmentFile.name(segment.number);
            try {
                SegmentScan.scan(
                        disk, segment.number, segment.salt, (int) segment.size, true, new SegmentScan.Visitor() {
                            @Override
                            public void record(RecordHeader header, byte[] meta) throws IOException {
                                check(segment.number, header, meta);
                            }

                            @Override
                            public void damaged(SegmentScan.Gap gap) {
                                tell(name + " from " + gap.from() + " to " + gap.to() + ": " + gap.why());
                            }
                        });
            } catch (IOException e) {
                if (index.withSegments(segments -> segments.has(segment.number))) {
                    tell(name + ": " + e.getMessage());
                }
            }
        }
        return List.copyOf(faults);
    }

    private void check(int segment, RecordHeader header, byte[] meta) throws IOException {
        if (header.kind() != RecordHeader.ENTRY || header.version() != RecordHeader.VERSION) {
            return;
        }
        var entry = Entry.read(meta);
        var place = new Index.Place(segment, header.offset(), header.length());
        if (!entry.body().isFile() || !isCurrent(entry, place)) {
            return;
        }
        var body = entry.body();
        try (var in = Bodies.open(
                disk, Bodies.name(entry.message()), body.offset(), body.length(), body.sum(), 0, body.length())) {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // It may have been removed while it was read.
            if (isCurrent(entry, place)) {
                tell(Bodies.name(entry.message()) + " of " + entry.submission() + ": " + e.getMessage());
            }
        }
    }

    private boolean isCurrent(Entry entry, Index.Place place) {
        var left = index.ofMessage(entry.message());
        return !left.isEmpty() && left.getFirst().entry().equals(place);
    }

    private void tell(String fault) {
        if (faults.size() < MOST) {
            faults.add(fault);
        }
    }
}
