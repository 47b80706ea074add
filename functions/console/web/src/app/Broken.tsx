/** Instead of a page that could not be shown, such as one of a version that is gone since a deployment. */
export function Broken() {
  return (
    <main className="boot">
      <p role="alert">
        This page could not be shown. There may be a new version of the console: load it again.
      </p>
      <button type="button" onClick={() => window.location.reload()}>
        Load again
      </button>
    </main>
  );
}
