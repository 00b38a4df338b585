// Files that are to go along with what is typed: chosen, dropped or pasted, shown, and taken back.

const FILES_PER_MESSAGE = 10;

/** What a composer's form carries besides its words. */
export function attachments(form) {
  const chosen = [];
  const input = form.querySelector('input[type=file]');
  const list = form.querySelector('.chosen');
  const show = () => {
    list.hidden = chosen.length === 0;
    list.replaceChildren(...chosen.map((file, index) => chip(file, () => take(index))));
  };
  const take = (index) => {
    chosen.splice(index, 1);
    show();
    form.querySelector('textarea').focus();
  };
  const add = (files) => {
    chosen.push(...[...files].slice(0, FILES_PER_MESSAGE - chosen.length));
    show();
    form.querySelector('textarea').focus();
  };
  form.querySelector('.attach').addEventListener('click', () => input.click());
  input.addEventListener('change', () => {
    add(input.files);
    input.value = '';
  });
  form.addEventListener('paste', (event) => {
    const files = event.clipboardData?.files ?? [];
    if (files.length === 0) return;
    event.preventDefault();
    add(files);
  });
  dropOn(form.parentElement, add);
  return {
    files: chosen,
    /** Gives what was chosen, which then is no longer. */
    empty: () => {
      const files = chosen.splice(0);
      show();
      return files;
    },
    add,
  };
}

function chip(file, remove) {
  const item = document.createElement('li');
  const name = Object.assign(document.createElement('span'), { textContent: file.name });
  const button = Object.assign(document.createElement('button'), { type: 'button', textContent: '×' });
  button.setAttribute('aria-label', `Remove ${file.name}`);
  button.addEventListener('click', remove);
  item.append(name, button);
  return item;
}

/** A whole pane takes files, as people drop them anywhere. */
function dropOn(pane, add) {
  const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes('Files');
  pane.addEventListener('dragover', (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    pane.classList.add('dropping');
  });
  pane.addEventListener('dragleave', (event) => {
    if (!pane.contains(event.relatedTarget)) pane.classList.remove('dropping');
  });
  pane.addEventListener('drop', (event) => {
    pane.classList.remove('dropping');
    if (!carriesFiles(event)) return;
    event.preventDefault();
    add(event.dataTransfer.files);
  });
}
