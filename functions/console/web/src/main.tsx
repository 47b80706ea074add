import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./styles.css";
import { setNonce } from "get-nonce";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { Boot } from "./app/Boot";

/** The nonce of this page, for the style elements that libraries make while it runs. */
const nonce = document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce ?? "";
setNonce(nonce);

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(<Boot>{(services) => <App services={services} nonce={nonce} />}</Boot>);
}
