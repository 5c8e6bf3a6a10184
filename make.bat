@echo off
rem The Makefile's verbs for Windows: make run, make test, make setup GPU=vulkan, and so on.
setlocal
cd /d "%~dp0"
if /i "%~2"=="GPU" set "GPU=%~3"
set "VERB=%~1"
if "%VERB%"=="" set "VERB=run"
set "PROBE=import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))"
if exist .venv\localassist-setup.json (
  .venv\Scripts\python.exe -c "%PROBE%" 2>nul && (
    .venv\Scripts\python.exe packaging\bootstrap.py %VERB%
    exit /b
  )
)
for %%P in ("py -3.13" "py -3.12" "py -3.11" "py -3.14" "python") do (
  %%~P -c "%PROBE%" 2>nul && (
    %%~P packaging\bootstrap.py %VERB%
    exit /b
  )
)
echo Python 3.11, 3.12, 3.13 or 3.14 is needed and was not found: install one from python.org and run the same command again.
exit /b 1
