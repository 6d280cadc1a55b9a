import assert from "node:assert/strict";
import type { Family } from "../case.ts";
import { asks, refuses, write } from "../expectations.ts";

export const tenancy: Family = {
  letter: "O",
  title: "Connections and who has them",
  cases: [
    {
      id: "O1",
      attack: "no connection, a blank one, an unknown one, where there are several: refused, never another account",
      async run(lane) {
        for (const connection of ["", " ", "elsewhere", "conn_elsewhere", null])
          await refuses(lane, () => write(lane, ["create_list", { name: "x", connection }]), "invalid_arguments");
        await assert.rejects(lane.range.app.agents.owner(undefined), { code: "usage" });
        for (const name of ["", "nothing"]) await assert.rejects(lane.range.app.agents.owner(name), { code: "not_found" });
      },
    },
    {
      id: "O3",
      attack: "another account's key, connection or account by argument",
      async run(lane) {
        for (const extra of [
          { credential: "sec_elsewhere" },
          { connection_id: "conn_elsewhere" },
          { account_id: "AbC123" },
          { company_id: "AbC123" },
          { api_key: "pk_x" },
        ])
          await refuses(lane, () => write(lane, ["create_list", { name: "x", ...extra }]), "invalid_arguments");
        const outsider = await lane.range.door(lane.door.name, "outsider");
        const list = await lane.range.requests.idsFor({ channel: "stable" }).one("list");
        const told = await outsider.call("read", { action: "get_list", args: { id: list } });
        assert.equal(told.code, "not_found", told.text);
      },
    },
    {
      id: "O5",
      attack: "a token that leaked: revoked, it is refused at once, with all that it asked for; the other agents go on",
      alone: true,
      async run(lane) {
        const { range, door } = lane;
        const args = { name: lane.unique("o5") };
        const approval = await asks(lane, ["create_list", args]);
        await range.approve(approval);
        assert.ok((await range.app.agents.list()).every(({ name, last_used_at }) => name !== "claude" || last_used_at !== null));
        await range.app.agents.revoke("claude", "the owner");
        assert.notEqual((await door.call("read", { action: "get_lists", args: {} })).status, "done");
        assert.notEqual((await write(lane, ["create_list", args])).status, "done");
        await assert.rejects(range.approve(approval, true), { code: "conflict" });
        const rival = await range.door(door.name, "rival");
        assert.equal((await rival.call("read", { action: "get_lists", args: {} })).status, "done");
      },
    },
  ],
};
