import { createContext, type ReactNode, useContext } from "react";
import type { Api } from "../api/client";
import type { Issuer } from "../auth/oidc";
import type { Session } from "../auth/session";
import type { Config } from "../config";

/** What the app is made with; tests make it with other things. */
export interface Services {
  api: Api;
  session: Session;
  issuer: Issuer;
  config: Config;
}

const Context = createContext<Services | undefined>(undefined);

export function ServicesProvider({ services, children }: { services: Services; children: ReactNode }) {
  return <Context value={services}>{children}</Context>;
}

export function useServices(): Services {
  const services = useContext(Context);
  if (!services) {
    throw new Error("There is no ServicesProvider around this component.");
  }
  return services;
}

export function useApi(): Api {
  return useServices().api;
}
