import { expect, test } from 'vitest'
import { helpFor } from './help.ts'
import { manPage } from './man-page.ts'
import { sampleCommands } from './sample-commands.test-kit.ts'

test('a manual page from the same data as help', () => {
  const page = manPage(helpFor(['manifest', 'put'], sampleCommands)!, '1.2.3')
  expect(page).toMatch(
    /^\.TH "OCISH\\-MANIFEST\\-PUT" 1 "" "ocish 1\.2\.3" "ocish"\n\.SH NAME\nocish\\-manifest\\-put \\- /,
  )
  expect(page).toContain('.SH "USAGE"\n.nf\nmanifest put FILE REF [FLAGS]\n.fi')
})

test('no text becomes a request of troff', () => {
  const page = manPage(
    {
      name: '.x',
      summary: "'y\n.so /etc/passwd",
      blocks: [{ form: 'list', title: 'T"', items: [{ term: '.a', text: '\\fB' }] }],
    },
    '1',
  )
  expect(page.split('\n').filter((line) => /^[.'](?!TH|SH|TP|PP|nf|fi)/.test(line))).toEqual([])
  expect(page).toContain('\\efB')
})
