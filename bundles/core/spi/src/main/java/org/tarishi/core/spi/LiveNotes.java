package org.tarishi.core.spi;

import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.Notes;

/** Notes whose lasting part can be taken out and kept. Any thread. */
@ProviderType
public interface LiveNotes extends Notes {

    /** Returns the notes whose keys have a codec, by name, as they are now. */
    Map<String, StoredNote> coded();

    /** Returns how often a note with a codec was written or removed: the same number, the same {@link #coded()}. */
    int revision();
}
