// The whole way through the types that openapi-typescript makes, from a new case to a package; prints what it saw.
import createClient from "openapi-fetch";
import type { components, paths } from "./quell.js";

declare const process: { env: Record<string, string | undefined> };

type Lab = components["schemas"]["LabBulkByKeysRequest"];
type Upload = components["schemas"]["UploadWholeOut"];
type Answer<T> = { data?: T; error?: unknown; response: Response };

const STUDY_ID = "TS-1";
const DAYS = ["2025-11-04", "2025-11-05", "2025-11-06", "2025-11-07"];
const COLUMNS =
  "study_id,course_no,relapse_no,kind,relapsed_on,relapse_site,antigen_status,had_new_therapy,new_therapy_on";
const RELAPSE = `${COLUMNS}\n${STUDY_ID},1,1,RELAPSE,2026-02-10,,,,\n`;

function clientOf(token: string | undefined) {
  return createClient<paths>({ baseUrl: process.env.QUELL_URL ?? "", headers: { Authorization: `Bearer ${token}` } });
}

function good<T>(answer: Answer<T>): T {
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error));
  return answer.data;
}

function seen(answer: Answer<unknown>): string {
  return answer.response.headers.get("ETag") ?? "";
}

const quell = clientOf(process.env.QUELL_TOKEN);

async function record() {
  const body = { site: "HOU", study_id: STUDY_ID, infused_on: "2025-11-03", product: "AXI" };
  const made = good(await quell.POST("/api/cases/", { params: { header: { "Idempotency-Key": "a-case-ts" } }, body }));
  const disease = { study_id: STUDY_ID, diagnosis: "DLBCL", diagnosed_on: "2024-03" } as const;
  const row = good(await quell.POST("/api/records/disease/", { body: disease }));
  const path = { id: row.id };
  const tag = seen(await quell.GET("/api/records/disease/{id}/", { params: { path } }));
  const change = (prior_lines: number) =>
    quell.PATCH("/api/records/disease/{id}/", {
      params: { path, header: { "If-Match": tag } }, body: { prior_lines },
    });
  good(await change(3));
  const late = await change(4);
  const rows = DAYS.map((sampled_on): Lab => ({
    study_id: STUDY_ID, course_no: 1, analyte: "FERRITIN", sampled_on, sampled_at: "06:00", value: 812.5, unit: "ng/mL",
  }));
  const many = { rows };
  const done = good(await quell.POST("/api/records/lab/bulk/", { body: many }));
  const whole = good(await quell.GET("/api/cases/{id}/", { params: { path: { id: made.id } } }));
  const query = { patient: made.id, sampled_on_from: "2025-11-05" };
  const labs = good(await quell.GET("/api/records/lab/", { params: { query } }));
  return {
    late: [late.response.status, late.error?.type, late.error?.present?.["prior_lines"]],
    done: done.done,
    nested: whole.infusion_course?.[0]?.lab?.map((one) => one.value),
    disease: [whole.disease?.[0]?.prior_lines, whole.disease?.[0]?.diagnosed_on],
    listed: labs.results.length,
  };
}

async function answered() {
  const query = { state: "open", limit: 1 } as const;
  const [open] = good(await quell.GET("/api/queries/", { params: { query } })).results;
  if (open === undefined) throw new Error("There is no query.");
  const path = { query_id: open.id };
  const tag = seen(await quell.GET("/api/queries/{query_id}/", { params: { path } }));
  const done = good(await quell.POST("/api/queries/{query_id}/answer/", {
    params: { path, header: { "If-Match": tag } }, body: { cause: "CONFIRMED", text: "As in the chart." },
  }));
  return { query: open.id, state: done.state };
}

async function ended(upload_id: string): Promise<Upload> {
  for (;;) {
    const told = good(await quell.GET("/api/uploads/{upload_id}/", { params: { path: { upload_id } } }));
    if (!["QUEUED", "CHECKING", "COMMITTING"].includes(told.state)) return told;
    await new Promise((wake) => setTimeout(wake, 300));
  }
}

async function uploaded() {
  const form = new FormData();
  form.set("site", "HOU");
  form.append("files", new Blob([RELAPSE], { type: "text/csv" }), "relapse.csv");
  // A form with a file is no JSON: the types say its fields, the serializer sends it.
  const body = { site: "HOU", files: [] } as unknown as components["schemas"]["UploadInRequest"];
  const sent = good(await quell.POST("/api/uploads/", { body, bodySerializer: () => form }));
  const checked = await ended(sent.id);
  good(await quell.POST("/api/uploads/{upload_id}/commit/", { params: { path: { upload_id: sent.id } }, body: {} }));
  return { checked: [checked.state, checked.files[0]?.new], saved: (await ended(sent.id)).state };
}

async function taken() {
  const holder = clientOf(process.env.QUELL_TOKEN_OF_RELEASES);
  const [release] = good(await holder.GET("/api/releases/")).results;
  if (release === undefined) throw new Error("There is no release.");
  const path = { id: release.id };
  const [one] = good(await holder.GET("/api/releases/{id}/packages/", { params: { path } })).results;
  if (one === undefined) throw new Error("There is no package.");
  const params = { path: { ...path, package_pk: one.id } };
  const take = () => holder.GET("/api/releases/{id}/packages/{package_pk}/file/", { params, parseAs: "arrayBuffer" });
  const before = await take();
  good(await holder.POST("/api/releases/{id}/terms/", { params: { path } }));
  const content = good<ArrayBuffer>(await take());
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return {
    before: [before.response.status, before.error?.type],
    is_whole: sha256 === one.sha256,
    bytes: content.byteLength,
  };
}

console.log(JSON.stringify({ ...(await record()), ...(await answered()), ...(await uploaded()), ...(await taken()) }));
