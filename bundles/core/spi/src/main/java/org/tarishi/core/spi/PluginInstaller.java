package org.tarishi.core.spi;

import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/** The one way in for plugins, behind every door: the deploy folder, uploads, the command line. */
@ProviderType
public interface PluginInstaller {

    /**
     * Installs a bundle beside what is there, checks it, and puts it in force for what begins from now on. Blocks until then; what it
     * replaces goes when its last transaction has ended.
     *
     * @param jar the file; it is copied
     * @param door who asks, for the log and the history: {@code deploy}, {@code console}
     * @return what was done, in a line
     * @throws PluginRefusedException when it can't be; nothing has changed then
     */
    String install(Path jar, String door) throws PluginRefusedException;
}
