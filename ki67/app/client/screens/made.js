// The small kit that every screen is made of. Nothing here knows a case or a picture.

/** @typedef {Node|string|null|undefined|false} Child what is not there is left out */
/** @typedef {{[name: string]: unknown}} Properties */

let named = 0;


/**
 * An element. What it has as a property is set as one (`onclick`, `value`, `hidden`), the rest as attributes (`class`, `aria-label`).
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag @param {Properties} properties @param {...Child} children @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, properties, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name in made) Reflect.set(made, name, value);
    else made.setAttribute(name, String(value));
  }
  made.append(...children.filter(isThere));
  return made;
}


/** @param {Child} child @returns {child is Node|string} */
function isThere(child) { return child !== null && child !== undefined && child !== false; }


/** An element of SVG. @param {string} tag @param {{[name: string]: string|number}} attributes @param {...Child} children */
export function svg(tag, attributes, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children.filter(isThere));
  return made;
}


/**
 * While its deed is going on a button is busy, so that nothing is asked twice.
 * @param {string} label @param {() => unknown} deed @param {'plain'|'main'|'quiet'|'danger'} [kind] @param {Properties} [properties]
 */
export function button(label, deed, kind = 'plain', properties = {}) {
  const made = el('button', {type: 'button', class: `button ${kind}`, ...properties}, label);
  made.onclick = async () => {
    if (made.ariaBusy === 'true') return;
    made.ariaBusy = 'true';
    try { await deed(); } finally { made.ariaBusy = 'false'; }
  };
  return made;
}


/** Looks like a button and leads elsewhere. @param {string} label @param {string} hash @param {'plain'|'main'|'quiet'} [kind] */
export function link(label, hash, kind = 'plain') { return el('a', {class: `button ${kind}`, href: hash}, label); }


/**
 * A control under its name, and what one may need to know of it.
 * @param {string} label @param {HTMLElement} control @param {string} [hint]
 */
export function field(label, control, hint) {
  control.id ||= `control-${++named}`;
  if (hint) control.setAttribute('aria-describedby', `${control.id}-hint`);
  return el('div', {class: 'field'}, el('label', {for: control.id}, label), control, hint && el('small', {id: `${control.id}-hint`}, hint));
}


/**
 * One of a few.
 * @template {string} Value
 * @param {string} legend @param {[Value, string][]} options @param {Value} chosen @param {(value: Value) => unknown} [onChoose]
 * @returns {HTMLFieldSetElement & {chosen: () => Value}}
 */
export function choice(legend, options, chosen, onChoose = () => undefined) {
  const name = `choice-${++named}`;
  const radios = options.map(([value]) => el('input', {type: 'radio', name, value, checked: value === chosen, onchange: () => onChoose(value)}));
  const labels = options.map(([, label], i) => el('label', {}, radios[i], el('span', {}, label)));
  const made = el('fieldset', {class: 'choice'}, el('legend', {}, legend), el('div', {class: 'options'}, ...labels));
  return Object.assign(made, {chosen: () => options[radios.findIndex(radio => radio.checked)][0]});
}


/** Yes or no. @param {string} label @param {boolean} on @param {(on: boolean) => unknown} [onChange] @param {string} [hint] */
export function toggle(label, on, onChange = () => undefined, hint) {
  const box = el('input', {type: 'checkbox', checked: on});
  box.onchange = () => onChange(box.checked);
  const made = el('label', {class: 'toggle'}, box, el('span', {}, label, hint && el('small', {}, hint)));
  return Object.assign(made, {on: () => box.checked});
}


/**
 * A window over the page; `closed` comes true when its deed is chosen, false when it is left.
 * @param {string} title @param {Child[]} content @param {string} deed @param {string} leave @param {'main'|'danger'} [kind]
 * @returns {{dialog: HTMLDialogElement, closed: Promise<boolean>}}
 */
export function sheet(title, content, deed, leave, kind = 'main') {
  const id = `sheet-${++named}`, buttons = el('div', {class: 'row'},
    el('button', {class: 'button quiet', value: '', formNoValidate: true}, leave), el('button', {class: `button ${kind}`, value: 'yes'}, deed));
  const form = el('form', {method: 'dialog'}, el('h2', {id}, title), ...content, buttons);
  form.onkeydown = event => {  // Enter in a field means the deed, not the first button
    if (event.key !== 'Enter' || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    form.requestSubmit(/** @type {HTMLButtonElement} */ (buttons.lastChild));
  };
  const dialog = el('dialog', {class: 'sheet', 'aria-labelledby': id}, form);
  document.body.append(dialog);
  dialog.showModal();
  const closed = new Promise(resolve => dialog.addEventListener('close', () => {
    dialog.remove();
    resolve(dialog.returnValue === 'yes');
  }));
  return {dialog, closed};
}


/** Whether somebody means it. @param {string} title @param {string} line @param {string} deed @param {string} leave */
export function confirmed(title, line, deed, leave) { return sheet(title, [el('p', {}, line)], deed, leave, 'danger').closed; }


/** Names and their figures. @param {[string, Child][]} pairs */
export function figures(pairs) {
  return el('dl', {class: 'figures'}, ...pairs.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))));
}


/** Something to know, of one kind. @param {'note'|'good'|'caution'|'bad'} kind @param {...Child} content */
export function notice(kind, ...content) { return el('div', {class: `notice ${kind}`}, ...content); }


/** A part of a screen under its heading. @param {string} title @param {...Child} children */
export function section(title, ...children) { return el('section', {class: 'card'}, el('h2', {}, title), ...children); }
