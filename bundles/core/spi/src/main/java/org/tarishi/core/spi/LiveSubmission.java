package org.tarishi.core.spi;

import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.outbound.Submission;

/**
 * A submission as its owner has it; plugins get views of it.
 *
 * <p>Where it comes from a transaction, its sender, recipients and notes are the transaction's own.
 */
@ProviderType
public interface LiveSubmission extends Submission {

    @Override
    LiveMessage message();
}
