"""Chat templates in the manner of the main families, written for the tests: shorter than theirs, with their tricks."""

from __future__ import annotations

QWEN = """\
{%- macro listed(tools) %}{% for tool in tools %}{{ '\\n' + tool | tojson }}{% endfor %}{% endmacro %}
{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- if messages[0].role == 'system' %}{{- messages[0].content + '\\n\\n' }}{% endif %}
    {{- '# Tools\\n<tools>' + listed(tools) + '\\n</tools>\\n' }}
    {{- '<tool_call>\\n{"name": ..., "arguments": ...}\\n</tool_call><|im_end|>\\n' }}
{%- elif messages[0].role == 'system' %}
    {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
{%- endif %}
{%- set ns = namespace(last=0) %}
{%- for message in messages[::-1] %}
    {%- if message.role == 'user' and ns.last == 0 %}{% set ns.last = messages | length - 1 - loop.index0 %}{% endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.role == 'user' or (message.role == 'system' and not loop.first) %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
    {%- elif message.role == 'assistant' %}
        {%- set content = message.content.split('</think>')[-1].lstrip('\\n') %}
        {{- '<|im_start|>assistant\\n' }}
        {%- if loop.index0 > ns.last and loop.last %}{{- '<think>\\n\\n</think>\\n\\n' }}{% endif %}
        {{- content }}
        {%- for call in message.tool_calls or [] %}
            {%- if content or not loop.first %}{{- '\\n' }}{% endif %}
            {{- '<tool_call>\\n{"name": "' + call.function.name + '", "arguments": ' }}
            {{- call.function.arguments | tojson }}
            {{- '}\\n</tool_call>' }}
        {%- endfor %}
        {{- '<|im_end|>\\n' }}
    {%- elif message.role == 'tool' %}
        {%- if loop.first or messages[loop.index0 - 1].role != 'tool' %}{{- '<|im_start|>user' }}{% endif %}
        {{- '\\n<tool_response>\\n' + message.content + '\\n</tool_response>' }}
        {%- if loop.last or messages[loop.index0 + 1].role != 'tool' %}{{- '<|im_end|>\\n' }}{% endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}{% endif %}
{%- endif %}
"""

QWEN_CODER = """\
{%- for message in messages if message.role == 'system' %}{{- '<|im_start|>system\\n' + message.content }}{% endfor %}
{%- for tool in tools or [] %}
    {%- set function = tool.function %}
    {{- '\\n<function>\\n<name>' ~ function.name ~ '</name>\\n<description>' ~ (function.description | trim) }}
    {{- '</description>' }}
    {%- for name, fields in function.parameters.properties | items %}
        {{- '\\n<parameter><name>' ~ name ~ '</name>' }}
        {%- for key in fields.keys() | reject('in', ['type']) %}
            {%- set normal = key | replace('-', '_') %}
            {%- if fields[key] is mapping or (fields[key] is sequence and fields[key] is not string) %}
                {{- '<' ~ normal ~ '>' ~ (fields[key] | tojson | safe) ~ '</' ~ normal ~ '>' }}
            {%- else %}
                {{- '<' ~ normal ~ '>' ~ (fields[key] | string) ~ '</' ~ normal ~ '>' }}
            {%- endif %}
        {%- endfor %}
        {{- '</parameter>' }}
    {%- endfor %}
{%- endfor %}
{{- '<|im_end|>\\n' }}
{%- for message in messages %}
    {%- if message.role == 'user' or message.role == 'tool' %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
    {%- elif message.role == 'assistant' %}
        {{- '<|im_start|>assistant\\n' + message.content }}
        {%- for call in message.tool_calls or [] %}
            {{- '<tool_call>\\n<function=' + call.function.name + '>\\n' }}
            {%- for name, value in call.function.arguments | items %}
                {{- '<parameter=' + name + '>\\n' }}
                {%- set plain = value is not mapping and (value is not sequence or value is string) %}
                {{- value | string if plain else value | tojson }}
                {{- '\\n</parameter>\\n' }}
            {%- endfor %}
            {{- '</function>\\n</tool_call>' }}
        {%- endfor %}
        {{- '<|im_end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{% endif %}
"""

LLAMA = """\
{{- bos_token }}
{%- if date_string is not defined %}{% set date_string = strftime_now('%d %b %Y') %}{% endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system = messages[0]['content'] | trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system = '' %}
{%- endif %}
{{- '<|start_header_id|>system<|end_header_id|>\\n\\n' }}
{%- if tools is not none %}{{- 'Environment: ipython\\n' }}{% endif %}
{{- 'Today Date: ' + date_string + '\\n\\n' + system + '<|eot_id|>' }}
{%- if tools is not none %}
    {%- set first = messages[0]['content'] | trim %}
    {%- set messages = messages[1:] %}
    {{- '<|start_header_id|>user<|end_header_id|>\\n\\nGiven the following functions, respond in the format ' }}
    {{- '{"name": function name, "parameters": dictionary}.\\n\\n' }}
    {%- for tool in tools %}{{- tool | tojson(indent=4) + '\\n\\n' }}{% endfor %}
    {{- first + '<|eot_id|>' }}
{%- endif %}
{%- for message in messages %}
    {%- if not (message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' }}
        {{- message['content'] | trim + '<|eot_id|>' }}
    {%- elif 'tool_calls' in message %}
        {%- if message.tool_calls | length != 1 %}{{- raise_exception('one call at a time') }}{% endif %}
        {%- set call = message.tool_calls[0].function %}
        {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n{"name": "' + call.name + '", "parameters": ' }}
        {{- call.arguments | tojson + '}<|eot_id|>' }}
    {%- else %}
        {{- '<|start_header_id|>ipython<|end_header_id|>\\n\\n' }}
        {{- message.content | tojson if message.content is mapping else message.content }}
        {{- '<|eot_id|>' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}
"""

MISTRAL = """\
{%- set turns = messages | rejectattr('tool_calls', 'defined') | list %}
{%- set turns = turns | selectattr('role', 'in', ['user', 'assistant']) | list %}
{%- set system = messages | selectattr('role', 'equalto', 'system') | map(attribute='content') | first | default('') %}
{%- for message in turns %}
    {%- if (message.role == 'user') != (loop.index0 % 2 == 0) %}{{- raise_exception('must alternate') }}{% endif %}
{%- endfor %}
{{- bos_token }}
{%- for message in messages %}
    {%- if message.role == 'user' %}
        {%- if tools is not none and message == turns[-1] %}
            {{- '[AVAILABLE_TOOLS][' }}
            {%- for tool in tools %}
                {{- '{"type": "function", "function": {' }}
                {%- for key, value in tool.function.items() if key != 'return' %}
                    {{- '"' + key + '": ' + value | tojson }}
                    {%- if not loop.last %}{{- ', ' }}{% endif %}
                {%- endfor %}
                {{- '}}' }}
                {%- if not loop.last %}{{- ', ' }}{% endif %}
            {%- endfor %}
            {{- '][/AVAILABLE_TOOLS]' }}
        {%- endif %}
        {{- '[INST]' + (system + '\\n\\n' if system and loop.last else '') + message.content + '[/INST]' }}
    {%- elif message.tool_calls is defined %}
        {{- '[TOOL_CALLS][' }}
        {%- for call in message.tool_calls %}
            {%- if call.id | length != 9 %}{{- raise_exception('identities have nine characters') }}{% endif %}
            {{- (call.function | tojson)[:-1] + ', "id": "' + call.id + '"}' + (', ' if not loop.last else '') }}
        {%- endfor %}
        {{- ']' + eos_token }}
    {%- elif message.role == 'assistant' %}
        {{- message.content + eos_token }}
    {%- elif message.role == 'tool' %}
        {{- '[TOOL_RESULTS]{"content": ' + message.content | string + ', "call_id": "' + message.tool_call_id + '"}' }}
        {{- '[/TOOL_RESULTS]' }}
    {%- endif %}
{%- endfor %}
{%- if system and messages[-1].role != 'user' %}{{- '[SYSTEM]' + system }}{% endif %}
"""

GEMMA = """\
{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}
{% for message in messages %}
{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles must alternate') }}{% endif %}
{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}
{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}
{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}
"""

DEEPSEEK = """\
{{- bos_token }}
{%- for message in messages if message['role'] == 'system' %}{{- message['content'] }}{% endfor %}
{%- for message in messages %}
    {%- if message['role'] == 'user' %}{{- '<｜User｜>' + message['content'] }}{% endif %}
    {%- if message['role'] == 'assistant' %}
        {%- set content = message['content'] %}
        {%- if '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}
        {{- '<｜Assistant｜>' + content + '<｜end▁of▁sentence｜>' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<｜Assistant｜><think>\\n' }}{% endif %}
"""

HARMONY = """\
{%- macro kind(spec) -%}
    {%- if spec.type == 'array' -%}{{ kind(spec['items']) + '[]' }}
    {%- elif spec.enum -%}{{ '"' + spec.enum | join('" | "') + '"' }}
    {%- elif spec.type in ('integer', 'number') -%}number{%- else -%}{{ spec.type or 'any' }}{%- endif -%}
{%- endmacro -%}
{{- '<|start|>system<|message|>Current date: ' + strftime_now('%Y-%m-%d') + '\\n\\n' }}
{%- if reasoning_effort is not defined %}{% set reasoning_effort = 'medium' %}{% endif %}
{{- 'Reasoning: ' + reasoning_effort + '\\n\\n# Valid channels: analysis, commentary, final.' }}
{%- if builtin_tools %}{{- '\\n# Tools\\n' }}{% endif %}
{{- '<|end|>' }}
{%- if messages[0].role == 'developer' or messages[0].role == 'system' %}
    {%- set instructions = messages[0].content %}
    {%- set rest = messages[1:] %}
{%- else %}
    {%- set instructions = '' %}
    {%- set rest = messages %}
{%- endif %}
{%- if instructions or tools %}
    {{- '<|start|>developer<|message|>' }}
    {%- if instructions %}{{- '# Instructions\\n\\n' + instructions + '\\n\\n' }}{% endif %}
    {%- if tools %}
        {{- '# Tools\\n\\nnamespace functions {\\n' }}
        {%- for tool in tools %}
            {{- '// ' + tool.function.description + '\\ntype ' + tool.function.name + ' = (_: {\\n' }}
            {%- for name, spec in tool.function.parameters.properties.items() %}
                {%- set optional = name not in tool.function.parameters.required %}
                {{- name + ('?' if optional else '') + ': ' + kind(spec) + ',\\n' }}
            {%- endfor %}
            {{- '}) => any;\\n' }}
        {%- endfor %}
        {{- '}' }}
    {%- endif %}
    {{- '<|end|>' }}
{%- endif %}
{%- set last = namespace(name=none) %}
{%- for message in rest -%}
    {%- if message.role == 'assistant' -%}
        {%- if '<|channel|>analysis<|message|>' in message.content %}{{- raise_exception('channels') }}{% endif %}
        {%- if 'tool_calls' in message %}
            {%- set call = message.tool_calls[0].function %}
            {{- '<|start|>assistant to=functions.' + call.name + '<|channel|>commentary json<|message|>' }}
            {{- call.arguments | tojson + '<|call|>' }}
            {%- set last.name = call.name %}
        {%- elif loop.last and not add_generation_prompt %}
            {{- '<|start|>assistant<|channel|>final<|message|>' + message.content + '<|return|>' }}
        {%- else %}
            {{- '<|start|>assistant<|channel|>final<|message|>' + message.content + '<|end|>' }}
        {%- endif %}
    {%- elif message.role == 'tool' -%}
        {%- if last.name is none %}{{- raise_exception('no call before') }}{% endif %}
        {{- '<|start|>functions.' + last.name + ' to=assistant<|channel|>commentary<|message|>' }}
        {{- message.content | tojson + '<|end|>' }}
    {%- elif message.role == 'user' -%}
        {{- '<|start|>user<|message|>' + message.content + '<|end|>' }}
    {%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
<|start|>assistant
{%- endif -%}
"""

PHI = """\
{%- for message in messages -%}
    {%- if message.role == 'system' -%}
        {{- '<|system|>' + message.content + ('<|tool|>' + tools | tojson + '<|/tool|>' if tools else '') + '<|end|>' }}
    {%- elif message.tool_calls -%}
        {{- '<|assistant|><|tool_call|>[' }}
        {%- for call in message.tool_calls -%}
            {{- '{"name": "' ~ call.function.name ~ '", "arguments": ' ~ call.function.arguments | tojson ~ '}' }}
            {%- if not loop.last %}, {% endif -%}
        {%- endfor -%}
        {{- ']<|/tool_call|><|end|>' }}
    {%- else -%}
        {%- if loop.first and tools %}{{- '<|system|><|tool|>' + tools | tojson + '<|/tool|><|end|>' }}{% endif -%}
        {{- '<|' + message.role + '|>' + message.content + '<|end|>' }}
    {%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- '<|assistant|>' -}}{%- else -%}{{- eos_token -}}{%- endif -%}
"""

GRANITE = """\
{%- if tools and not available_tools %}{% set available_tools = tools %}{% endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system = messages[0]['content'] %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system = "Today's Date: " + strftime_now('%B %d, %Y') + '.' %}
    {%- if documents %}{% set system = system + ' Use the documents.' %}{% endif %}
    {%- if thinking %}{% set system = system + ' Use <think></think> and <response></response>.' %}{% endif %}
{%- endif %}
{{- '<|start_of_role|>system<|end_of_role|>' + system + '<|end_of_text|>\\n' }}
{%- if available_tools %}
    {{- '<|start_of_role|>available_tools<|end_of_role|>' + available_tools | tojson(indent=4) + '<|end_of_text|>\\n' }}
{%- endif %}
{%- for message in messages %}
    {{- '<|start_of_role|>' + message['role'] + '<|end_of_role|>' + message['content'] }}
    {%- if message.tool_calls %}
        {%- set calls = namespace(all=[]) %}
        {%- for call in message.tool_calls %}
            {%- set calls.all = calls.all + [{'name': call.function.name, 'arguments': call.function.arguments}] %}
        {%- endfor %}
        {{- '<|tool_call|>' + calls.all | tojson }}
    {%- endif %}
    {{- '<|end_of_text|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start_of_role|>assistant<|end_of_role|>' }}{% endif %}
"""

COMMAND = """\
{{- bos_token }}
{%- set found = namespace(ids=[], done=[]) %}
{{- '<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>' }}
{%- if tools %}
    {{- '## Available Tools\\n[\\n' }}
    {%- for tool in tools %}
        {%- set function = tool['function'] %}
        {{- '    {"name": "' ~ function['name'] ~ '", "description": ' ~ function['description'] | tojson }}
        {{- ', "parameters": ' ~ function['parameters'] | tojson ~ '}' ~ (',' if not loop.last else '') ~ '\\n' }}
    {%- endfor %}
    {{- ']\\n<|START_ACTION|>[{"tool_call_id": ..., "tool_name": ..., "parameters": ...}]<|END_ACTION|>' }}
{%- endif %}
{{- '<|END_OF_TURN_TOKEN|>' }}
{%- for message in messages %}
    {%- if message.role == 'tool' %}
        {%- if message.tool_call_id not in found.done %}
            {{- '<|START_TOOL_RESULT|>[{"tool_call_id": "' ~ found.ids.index(message.tool_call_id) ~ '", "results": ' }}
            {{- message.content | tojson ~ '}]<|END_TOOL_RESULT|>' }}
            {%- set found.done = found.done + [message.tool_call_id] %}
        {%- endif %}
        {%- continue %}
    {%- endif %}
    {%- set speaker = 'chatbot' if message.role == 'assistant' else message.role %}
    {{- '<|START_OF_TURN_TOKEN|><|' ~ speaker | upper ~ '_TOKEN|>' }}
    {%- if message.tool_calls %}
        {{- '<|START_ACTION|>[\\n' }}
        {%- for call in message.tool_calls %}
            {{- '    {"tool_call_id": "' ~ found.ids | length ~ '", "tool_name": "' ~ call.function.name }}
            {{- '", "parameters": ' ~ call.function.arguments | tojson ~ '}' ~ (',' if not loop.last else '') ~ '\\n' }}
            {%- set found.ids = found.ids + [call.id] %}
        {%- endfor %}
        {{- ']<|END_ACTION|>' }}
    {%- elif message.role == 'assistant' %}
        {{- '<|START_RESPONSE|>' ~ message.content ~ '<|END_RESPONSE|>' }}
    {%- else %}
        {{- message.content }}
    {%- endif %}
    {{- '<|END_OF_TURN_TOKEN|>' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>' ~ ('<|START_THINKING|>' if enable_thinking else '') }}
{%- endif %}
"""

GLM = """\
[gMASK]<sop>
{%- if tools %}
<|system|>
# Tools
{% for tool in tools %}
{{ tool | tojson(ensure_ascii=False) }}
{% endfor %}
{% endif %}
{% macro visible(content) %}{% if content is string %}{{ content }}{% else %}{% for item in content %}{{ item.text }}
{%- endfor %}{% endif %}{% endmacro %}
{% for m in messages %}
{% if m.role == 'user' %}<|user|>
{{ visible(m.content) }}{{ '/nothink' if enable_thinking is defined and not enable_thinking else '' }}
{%- elif m.role == 'assistant' %}<|assistant|>
{{ '<think></think>' + ('\\n' + m.content.strip() if m.content.strip() else '') }}
{%- for tc in m.tool_calls or [] %}
{{ '\\n<tool_call>' + tc.function.name }}
{% for k, v in tc.function.arguments.items() %}
<arg_key>{{ k }}</arg_key>
<arg_value>{{ v | tojson(ensure_ascii=False) if v is not string else v }}</arg_value>
{% endfor %}
</tool_call>
{%- endfor %}
{% elif m.role == 'tool' %}<|observation|>
<tool_response>
{{ m.content }}
</tool_response>
{%- elif m.role == 'system' %}<|system|>
{{ visible(m.content) }}
{%- endif %}
{% endfor %}
{% if add_generation_prompt %}<|assistant|>
{{ '\\n<think></think>' if enable_thinking is defined and not enable_thinking else '' }}
{%- endif %}
"""

FAMILIES = {
    "qwen": QWEN,
    "qwen coder": QWEN_CODER,
    "llama": LLAMA,
    "mistral": MISTRAL,
    "gemma": GEMMA,
    "deepseek": DEEPSEEK,
    "harmony": HARMONY,
    "phi": PHI,
    "granite": GRANITE,
    "command": COMMAND,
    "glm": GLM,
}
WITHOUT_TOOLS = ("gemma", "deepseek")
