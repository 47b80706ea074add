import { Alert, Button, Group, PasswordInput, Stack, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { data, type Schemas } from "../../api/client";
import { ApiError, messageOf } from "../../api/errors";
import { keys } from "../../api/queries";
import type { Mode } from "../../app/scope";
import { useApi } from "../../app/services";
import { DashboardLink } from "../../ui/DashboardLink";
import { Section } from "../../ui/Section";
import { CredentialsState } from "./CredentialsState";
import { type Field, nothing, prefixes, requestOf, savedOf, type Typed, withoutSaved } from "./credentials";

/** The keys of one mode. They are written, never read: what is saved is shown masked. */
export function Credentials({
  project,
  mode,
  config,
}: {
  project: string;
  mode: Mode;
  config: Schemas["StripeConfig"] | null;
}) {
  const [typed, setTyped] = useState<Typed>(nothing);
  const { save, validate } = useSaving(project, mode, typed, (sent) =>
    setTyped((now) => withoutSaved(now, sent)),
  );
  const saved = savedOf(config, mode);
  const wrong = save.error instanceof ApiError ? save.error : undefined;
  const rejected = validate.data?.valid === false ? validate.data.message : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(typed);
  };
  const input = (field: Field) => ({
    placeholder: prefixes[field](mode),
    description: saved[field] ? `Saved: ${saved[field]}` : "Not saved yet",
    value: typed[field],
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setTyped((before) => ({ ...before, [field]: value }));
      if (!save.isPending) {
        save.reset();
      }
      if (field === "secret_key") {
        validate.reset();
      }
    },
    error: wrong?.of(`${mode}_${field}`) ?? (field === "secret_key" ? rejected : undefined),
    autoComplete: "off",
    spellCheck: false,
  });
  const empty = Object.values(typed).every((value) => value.trim() === "");
  return (
    <Section
      title={`${mode === "test" ? "Test" : "Live"} credentials`}
      about={
        <>
          From Stripe's dashboard:{" "}
          <DashboardLink page="apikeys" test={mode === "test"}>
            API keys
          </DashboardLink>
          . Fields that stay empty keep what is saved.
        </>
      }
      aside={
        <CredentialsState
          project={project}
          mode={mode}
          saved={saved.secret_key !== null}
          typed={validate.data}
        />
      }
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          {save.error && !wrong?.invalid.length && !(save.error instanceof Rejected) && (
            <Alert color="red" role="alert" title="Nothing was saved">
              {messageOf(save.error)}
            </Alert>
          )}
          {validate.error && (
            <Alert color="red" role="alert" title="The key could not be checked">
              {messageOf(validate.error)}
            </Alert>
          )}
          <TextInput label="Publishable key" {...input("publishable_key")} />
          <PasswordInput label="Secret key" {...input("secret_key")} />
          <PasswordInput label="Webhook signing secret" {...input("webhook_secret")} />
          <Group>
            <Button type="submit" loading={save.isPending} disabled={empty}>
              Save
            </Button>
            <Button
              variant="default"
              onClick={() => validate.mutate()}
              loading={validate.isPending && !save.isPending}
              disabled={typed.secret_key.trim() === ""}
            >
              Validate the secret key
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}

/** The secret key was refused, which its field says. */
class Rejected extends Error {}

/** Checks the secret key, and saves: a key that Stripe refuses is not worth saving. */
function useSaving(project: string, mode: Mode, typed: Typed, onSaved: (sent: Typed) => void) {
  const api = useApi();
  const queries = useQueryClient();
  const params = { path: { project_id: project } };
  const validate = useMutation({
    mutationFn: () =>
      data(
        api.POST("/api/v1/payments/stripe/projects/{project_id}/validate-credentials", {
          params,
          body: { secret_key: typed.secret_key.trim(), is_test_mode: mode === "test" },
        }),
      ),
  });
  const save = useMutation({
    mutationFn: async (sent: Typed) => {
      if (sent.secret_key.trim() && !(await validate.mutateAsync()).valid) {
        throw new Rejected();
      }
      return data(
        api.PUT("/api/v1/payments/stripe/projects/{project_id}/config", {
          params,
          body: requestOf(sent, mode),
        }),
      );
    },
    gcTime: 0, // the secrets are gone with the form
    onSuccess: (config, sent) => {
      queries.setQueryData(keys.config(project), config);
      void queries.invalidateQueries({ queryKey: keys.config(project) });
      void queries.invalidateQueries({ queryKey: keys.projects });
      validate.reset();
      onSaved(sent);
      notifications.show({ message: `The ${mode} credentials are saved.`, color: "green" });
    },
  });
  return { save, validate };
}
