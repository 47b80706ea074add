import "swagger-ui-dist/swagger-ui.css";
import "./docs.css";
import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import contract from "../../../../../pkg/api/openapi.yaml?url";
import { Session } from "../auth/session";

// The reference of the API, from the file that the API itself is built from. Trying an operation out
// sends the reader's own credentials: the console's, where the tab has signed in, or what they enter.
const session = new Session(window.sessionStorage);

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

SwaggerUI({
  url: contract,
  dom_id: "#root",
  // A link within each operation's button would be one control in another.
  deepLinking: false,
  // There is one server, this one; its picker has no name that a screen reader could tell.
  plugins: [{ wrapComponents: { ServersContainer: () => () => null } }],
  docExpansion: "list",
  filter: true,
  persistAuthorization: false,
  tryItOutEnabled: true,
  validatorUrl: null,
  requestInterceptor: (request: { url: string; headers: Record<string, string> }) => {
    const token = session.token();
    if (token && !request.headers.Authorization && !request.url.endsWith(contract)) {
      request.headers.Authorization = `Bearer ${token}`;
    }
    return request;
  },
});
