-- A session of an editor: opens a file with a shape error, applies its fix, completes, hovers, renames and formats.
-- What was seen goes to the file named by ARGMIN_RESULT, as JSON.
local seen = {}

local function finish()
  local file = io.open(os.getenv('ARGMIN_RESULT'), 'w')
  file:write(vim.json.encode(seen))
  file:close()
  vim.cmd('qall!')
end

local function lines()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
end

local function wait_for(condition)
  return vim.wait(20000, condition, 20)
end

local function request(method, params)
  local answers = vim.lsp.buf_request_sync(0, method, params, 20000)
  for _, answer in pairs(answers or {}) do
    return answer.result
  end
end

--- Puts the cursor on the first place where a text stands.
local function go_to(text, past)
  local row = vim.fn.search('\\V' .. text, 'cw')
  local column = vim.fn.col('.') - 1 + (past or 0)
  vim.api.nvim_win_set_cursor(0, { row, column })
  return vim.lsp.util.make_position_params(0, 'utf-16')
end

local ok, problem = pcall(function()
  vim.cmd('edit ' .. os.getenv('ARGMIN_FILE'))
  local client = vim.lsp.start_client({
    name = 'argmin',
    cmd = vim.json.decode(os.getenv('ARGMIN_COMMAND')),
    root_dir = vim.fn.getcwd(),
  })
  vim.lsp.buf_attach_client(0, client)
  wait_for(function() return #vim.diagnostic.get(0) > 0 end)
  local first = vim.diagnostic.get(0)[1]
  seen.error = { code = first.code, line = first.lnum, column = first.col }

  local range = { start = { line = first.lnum, character = first.col }, ['end'] = { line = first.end_lnum, character = first.end_col } }
  local actions = request('textDocument/codeAction', {
    textDocument = vim.lsp.util.make_text_document_params(),
    range = range,
    context = { diagnostics = {} },
  })
  seen.action = actions[1].title
  vim.lsp.util.apply_workspace_edit(actions[1].edit, 'utf-16')
  seen.clean = wait_for(function() return #vim.diagnostic.get(0) == 0 end)
  seen.fixed = lines()

  local list = request('textDocument/completion', go_to('hub', 3))
  for _, item in ipairs(list.items) do
    if item.label == 'huber' then seen.completed = item.label end
  end
  seen.hover = request('textDocument/hover', go_to('residual')).contents.value

  local rename = go_to('w: real')
  rename.newName = 'weights'
  vim.lsp.util.apply_workspace_edit(request('textDocument/rename', rename), 'utf-16')
  seen.renamed = lines()

  local edits = request('textDocument/formatting', {
    textDocument = vim.lsp.util.make_text_document_params(),
    options = { tabSize = 2, insertSpaces = true },
  })
  vim.lsp.util.apply_text_edits(edits, vim.api.nvim_get_current_buf(), 'utf-16')
  seen.formatted = lines()
end)
if not ok then seen.problem = tostring(problem) end
finish()
