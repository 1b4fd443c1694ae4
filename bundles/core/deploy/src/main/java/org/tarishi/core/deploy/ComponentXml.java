package org.tarishi.core.deploy;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.tarishi.api.Text;
import org.tarishi.core.spi.PluginRefusedException;

/**
 * What a component's description (OSGi Declarative Services section 112.4) says that is known before anything of it runs.
 *
 * @param plugin the id of the plugin that it belongs to, empty when it is no hook
 * @param swapsInPlace whether it can't be there twice
 * @param shadowing whether it may be tried as a shadow
 */
record ComponentXml(String plugin, boolean swapsInPlace, Shadowing shadowing) {

    /** Whether a component may be asked without a say. */
    enum Shadowing {
        SAFE,
        /** Its author does not promise that it has no effect. */
        NOT_PROMISED,
        /** It has a hook that takes messages. */
        TAKES_MESSAGES
    }

    private static final String SHADOW_SAFE = "tarishi.shadow.safe";
    private static final Set<String> TAKERS =
            Set.of("org.tarishi.api.hook.QueueHook", "org.tarishi.api.hook.QueueOutboundHook");

    private static final String PLUGIN = "tarishi.smtp.plugin";
    private static final String IN_PLACE = "tarishi.swap.in.place";

    /** Reads one file; it may describe several components. */
    static List<ComponentXml> read(InputStream in, String name, String shown) throws PluginRefusedException {
        var factory = XMLInputFactory.newDefaultFactory();
        // A description has no document type, and must not reach for other files.
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        try {
            return read(factory.createXMLStreamReader(in));
        } catch (XMLStreamException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNumber();
            throw new PluginRefusedException(shown + " describes a component in " + Text.escaped(name)
                    + " that can't be read (line " + line + "): build it again with bnd-maven-plugin");
        }
    }

    private static List<ComponentXml> read(XMLStreamReader xml) throws XMLStreamException {
        var components = new ArrayList<ComponentXml>();
        var plugin = "";
        boolean inPlace = false;
        boolean isSafe = false;
        boolean takesMessages = false;
        while (xml.hasNext()) {
            int event = xml.next();
            if (event == XMLStreamConstants.START_ELEMENT && xml.getLocalName().equals("component")) {
                plugin = "";
                inPlace = false;
                isSafe = false;
                takesMessages = false;
            } else if (event == XMLStreamConstants.START_ELEMENT
                    && xml.getLocalName().equals("provide")) {
                takesMessages |= TAKERS.contains(xml.getAttributeValue(null, "interface"));
            } else if (event == XMLStreamConstants.START_ELEMENT
                    && xml.getLocalName().equals("property")) {
                var key = xml.getAttributeValue(null, "name");
                var value = Objects.requireNonNullElse(xml.getAttributeValue(null, "value"), "");
                if (PLUGIN.equals(key)) {
                    plugin = value.split("/", 2)[0];
                } else if (IN_PLACE.equals(key)) {
                    inPlace = !value.equals("false");
                } else if (SHADOW_SAFE.equals(key)) {
                    isSafe = !value.equals("false");
                }
            } else if (event == XMLStreamConstants.END_ELEMENT
                    && xml.getLocalName().equals("component")) {
                components.add(new ComponentXml(
                        plugin,
                        inPlace,
                        takesMessages ? Shadowing.TAKES_MESSAGES : isSafe ? Shadowing.SAFE : Shadowing.NOT_PROMISED));
            }
        }
        return components;
    }
}
