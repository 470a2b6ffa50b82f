// Files that go out of the page into the hands of a person.

import {zipped} from '../store/zip.js';

/** @typedef {{name: string, content: Blob|string}} File */

const LASTS = 60_000;  // milliseconds that a browser has to begin


/** One file as it is, several as one zip of that name. @param {File[]} files @param {string} zipName */
export async function handOut(files, zipName) {
  if (files.length === 1) return save(files[0]);
  const parts = files.map(async ({name, content}) => ({name, bytes: new Uint8Array(await new Blob([content]).arrayBuffer())}));
  save({name: zipName, content: await zipped(await Promise.all(parts))});
}


/** @param {File} file */
function save({name, content}) {
  const url = URL.createObjectURL(new Blob([content], {type: 'application/octet-stream'})), link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), LASTS);
}


/** A case's name as file systems take it. @param {string} name */
export function fileName(name) { return name.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[-.]+|[-.]+$/g, '').slice(0, 60) || 'case'; }
