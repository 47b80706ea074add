import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { createBrowserRouter, RouterProvider } from "react-router";
import { readable, themeOf } from "../theme";
import { Broken } from "./Broken";
import { Pages } from "./Pages";
import { createQueryClient, forgetWith } from "./queryClient";
import { useScope } from "./scope";
import { type Services, ServicesProvider } from "./services";

export function App({ services, nonce }: { services: Services; nonce: string }) {
  const [queries] = useState(createQueryClient);
  useEffect(() => forgetWith(services.session, queries), [services.session, queries]);
  // One route for all: the pages have their own. A router of this kind can hold back who would lose something.
  const [router] = useState(() =>
    createBrowserRouter([{ path: "*", element: <Themed nonce={nonce} />, errorElement: <Broken /> }], {
      basename: "/console",
    }),
  );
  return (
    <ServicesProvider services={services}>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </ServicesProvider>
  );
}

function Themed({ nonce }: { nonce: string }) {
  const { mode } = useScope();
  return (
    <MantineProvider
      theme={themeOf(mode)}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
      cssVariablesResolver={readable}
    >
      <Notifications position="bottom-right" />
      <Pages />
    </MantineProvider>
  );
}
